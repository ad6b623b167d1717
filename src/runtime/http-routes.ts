import type { HttpMount, Problem } from '../sdk/index.ts';

/** The mounts of one listener, found by the longest path prefix. */
export interface Routes {
  /** Throws where another mount has the same prefix. */
  add(mount: HttpMount): void;
  find(url: string): HttpMount | undefined;
  notFound(): Problem;
}

interface Route {
  readonly prefix: string;
  readonly mount: HttpMount;
}

export const createRoutes = (endpoint: string): Routes => {
  let routes: readonly Route[] = [];
  return {
    add(mount) {
      for (const prefix of mount.paths) {
        const other = routes.find((route) => route.prefix === prefix)?.mount;
        if (other !== undefined) {
          throw new Error(
            `${mount.name} and ${other.name} both serve ${prefix} on ${endpoint}: give one another endpoint`,
          );
        }
      }
      const added = mount.paths.map((prefix) => ({ prefix, mount }));
      routes = [...routes, ...added].toSorted((a, b) => b.prefix.length - a.prefix.length);
    },
    find: (url) => {
      const path = pathOf(url);
      return routes.find(({ prefix }) => isUnder(path, prefix))?.mount;
    },
    notFound: () => ({
      status: 404,
      code: 'HTTP_NOT_FOUND',
      title: 'Nothing is served at this path',
      detail: `This listener serves ${routes
        .map(({ prefix }) => prefix)
        .toSorted()
        .join(', ')}.`,
    }),
  };
};

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
};

const isUnder = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || prefix.endsWith('/') || path[prefix.length] === '/');
