// What of a URL may stay: its query may hold anything, and so may the user before its host.

const USER = /^([a-z][a-z0-9+.-]{0,31}:\/\/)[^/?#@]*@/i;
const PATH = /^[a-z][a-z0-9+.-]{0,31}:\/\/[^/?#]*([^?#]*)/i;

export const withoutQuery = (url: string): string => {
  const end = url.search(/[?#]/);
  return (end < 0 ? url : url.slice(0, end)).replace(USER, '$1');
};

/** Undefined where it is no absolute URL. */
export const pathOfUrl = (url: string): string | undefined => {
  const path = PATH.exec(url)?.[1];
  return path === '' ? '/' : path;
};
