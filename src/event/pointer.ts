/** Of a key that the sender chose, a path shows no more characters than this. */
const MAX_KEY = 64;

/** The JSON pointer (RFC 6901) of a path's first `depth` steps. */
export const pointerOf = (path: readonly (string | number)[], depth = path.length): string => {
  let pointer = '';
  for (let i = 0; i < depth; i++) pointer += `/${escapeKey(path[i]!)}`;
  return pointer;
};

const escapeKey = (key: string | number): string =>
  typeof key === 'number' ? String(key) : shortened(key).replaceAll('~', '~0').replaceAll('/', '~1');

const shortened = (key: string): string => (key.length <= MAX_KEY ? key : `${key.slice(0, MAX_KEY).toWellFormed()}…`);

/** The pointer with each of its steps replaced; steps are given and taken as the keys that they name. */
export const mapPointer = (pointer: string, replace: (key: string) => string): string =>
  pointer
    .split('/')
    .map((step) =>
      replace(step.replaceAll('~1', '/').replaceAll('~0', '~')).replaceAll('~', '~0').replaceAll('/', '~1'),
    )
    .join('/');
