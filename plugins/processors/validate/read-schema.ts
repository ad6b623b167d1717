// Where a user's schema stands: in the configuration, in a file, or as JSON text (`${file:…}`).
import { readFileSync } from 'node:fs';

const MAX_BYTES = 65_536;

/** Throws an Error that tells what is wrong; a path is relative to the working directory. */
export const readSchema = (given: string | Readonly<Record<string, unknown>>): object => {
  if (typeof given === 'object') return checked(JSON.stringify(given));
  return checked(given.trimStart().startsWith('{') ? given : readText(given));
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`, {
      cause: error,
    });
  }
};

const checked = (text: string): object => {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new RangeError(`takes more than ${MAX_BYTES} bytes`);
  const schema = parsed(text);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new TypeError('is not a JSON object');
  return schema;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError('is not valid JSON', { cause: error });
  }
};
