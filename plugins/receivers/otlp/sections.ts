// Facts to the sections of a native event. A section stands only where what it requires is known.
import type { Facts } from './facts.ts';

export type Section = Record<string, unknown>;

/** Sets what is there: an absent field is no key. */
export const setIf = (section: Section, key: string, value: unknown): void => {
  if (value !== undefined) section[key] = value;
};

/** Whoever can be named: by id, else by name or address, which then stand as the id too. */
export const actorOf = (facts: Facts): Section | undefined => {
  const id =
    facts.takeText('user.id', 256) ??
    facts.takeText('enduser.id', 256) ??
    facts.peekText('user.name', 256) ??
    facts.peekText('user.email', 256);
  if (id === undefined) return undefined;
  const actor: Section = { id };
  setIf(actor, 'name', facts.takeText('user.name', 256) ?? facts.takeText('user.full_name', 256));
  setIf(actor, 'email', facts.takeText('user.email', 320));
  setIf(actor, 'roles', facts.takeTexts('user.roles', 128));
  setIf(actor, 'ip', facts.takeText('client.address', 64));
  setIf(actor, 'userAgent', facts.takeText('user_agent.original', 512));
  return actor;
};

export const objectOf = (facts: Facts): Section | undefined => {
  const type = facts.peekText('object.type', 64);
  const id = facts.peekText('object.id', 256);
  if (type === undefined || id === undefined) return undefined;
  facts.take('object.type');
  facts.take('object.id');
  const object: Section = { type, id };
  setIf(object, 'name', facts.takeText('object.name', 256));
  setIf(object, 'url', facts.takeText('object.url', 2048));
  setIf(object, 'parent', facts.takeText('object.parent', 256));
  setIf(object, 'version', facts.takeText('object.version', 128));
  return object;
};

const MAX_SECONDS = 1e9;

const durationMs = (facts: Facts): number | undefined => {
  const seconds =
    facts.takeNumber('http.server.request.duration', MAX_SECONDS) ??
    facts.takeNumber('http.client.request.duration', MAX_SECONDS);
  return seconds === undefined ? undefined : Math.round(seconds * 1e9) / 1e6;
};

const statusCode = (facts: Facts): number | undefined => {
  const code = facts.peek('http.response.status_code') === undefined ? 'http.status_code' : 'http.response.status_code';
  return Number.isInteger(Number(facts.peek(code))) ? facts.takeNumber(code, 999) : undefined;
};

/** Current names of the semantic conventions before those that they replaced. */
export const requestOf = (facts: Facts): Section | undefined => {
  const request: Section = {};
  setIf(request, 'id', facts.takeText('http.request.id', 256));
  setIf(request, 'method', facts.takeText('http.request.method', 16) ?? facts.takeText('http.method', 16));
  setIf(request, 'path', facts.takeText('url.path', 2048) ?? facts.takeText('http.target', 2048));
  setIf(request, 'statusCode', statusCode(facts));
  setIf(request, 'durationMs', durationMs(facts));
  return Object.keys(request).length === 0 ? undefined : request;
};

/** `error.type` is the type where no exception names a closer one, and then the code. `class` and `retriable` are derived. */
export const errorOf = (facts: Facts): Section | undefined => {
  const error: Section = {};
  setIf(error, 'type', facts.takeText('exception.type', 256) ?? facts.takeText('error.type', 256));
  setIf(error, 'code', facts.takeText('db.response.status_code', 128) ?? facts.takeText('error.type', 128));
  setIf(error, 'message', facts.takeText('exception.message', 2048) ?? facts.takeText('error.message', 2048));
  setIf(error, 'stack', facts.takeText('exception.stacktrace', 16_384));
  return Object.keys(error).length === 0 ? undefined : error;
};
