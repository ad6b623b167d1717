// Facts to the sections of a native event. What the sender gave as `activity.…` is there already and stays; a fact that
// finds its field taken, or that does not fit it, is left over.
import type { FactName, Facts } from './facts.ts';
import { isRawJson } from './request.ts';

export type Section = Record<string, unknown>;

export const isMap = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);

/** Sets what is there: an absent field is no key. */
export const setIf = (section: Section, field: string, value: unknown): void => {
  if (value !== undefined && section[field] === undefined) section[field] = value;
};

/** Fills the section `name`, if that is no other thing than a map, and adds it if it then holds anything. */
export const fill = (content: Section, name: string, fillIt: (section: Section) => void): void => {
  const section = content[name] ?? {};
  if (!isMap(section)) return;
  fillIt(section);
  if (content[name] === undefined && Object.keys(section).length > 0) content[name] = section;
};

/** The first of `names` that fits; the conventions' current names stand before those that they replaced. */
const put = (section: Section, field: string, facts: Facts, maxBytes: number, ...names: readonly FactName[]): void => {
  for (const name of names) {
    if (section[field] !== undefined) return;
    setIf(section, field, facts.takeText(name, maxBytes));
  }
};

/** Whoever can be named: by id, else by name or address, which then stand as the id too. */
export const fillActor = (actor: Section, facts: Facts): void => {
  put(actor, 'id', facts, 256, 'user.id', 'enduser.id');
  setIf(actor, 'id', facts.peekText('user.name', 256) ?? facts.peekText('user.email', 256));
  if (actor['id'] === undefined) return;
  put(actor, 'name', facts, 256, 'user.name', 'user.full_name');
  put(actor, 'email', facts, 320, 'user.email');
  if (actor['roles'] === undefined) setIf(actor, 'roles', facts.takeTexts('user.roles', 128));
  put(actor, 'ip', facts, 64, 'client.address');
  put(actor, 'userAgent', facts, 512, 'user_agent.original');
};

/** An object has a type and an id, or is none. */
export const fillObject = (object: Section, facts: Facts): void => {
  const type = object['type'] ?? facts.peekText('object.type', 64);
  const id = object['id'] ?? facts.peekText('object.id', 256);
  if (type === undefined || id === undefined) return;
  put(object, 'type', facts, 64, 'object.type');
  put(object, 'id', facts, 256, 'object.id');
  put(object, 'name', facts, 256, 'object.name');
  put(object, 'url', facts, 2048, 'object.url');
  put(object, 'parent', facts, 256, 'object.parent');
  put(object, 'version', facts, 128, 'object.version');
};

const MAX_SECONDS = 1e9;

const takeDurationMs = (facts: Facts): number | undefined => {
  const seconds =
    facts.takeNumber('http.server.request.duration', MAX_SECONDS) ??
    facts.takeNumber('http.client.request.duration', MAX_SECONDS);
  return seconds === undefined ? undefined : Math.round(seconds * 1e9) / 1e6;
};

const takeStatusCode = (facts: Facts): number | undefined =>
  takeInteger(facts, 'http.response.status_code') ?? takeInteger(facts, 'http.status_code');

const takeInteger = (facts: Facts, name: FactName): number | undefined =>
  Number.isInteger(Number(facts.peek(name))) ? facts.takeNumber(name, 999) : undefined;

export const fillRequest = (request: Section, facts: Facts): void => {
  put(request, 'id', facts, 256, 'http.request.id');
  put(request, 'method', facts, 16, 'http.request.method', 'http.method');
  put(request, 'path', facts, 2048, 'url.path', 'http.target');
  if (request['statusCode'] === undefined) setIf(request, 'statusCode', takeStatusCode(facts));
  if (request['durationMs'] === undefined) setIf(request, 'durationMs', takeDurationMs(facts));
};

/** `error.type` is the type where no exception names a closer one, and then the code. `class` and `retriable` are derived. */
export const fillError = (error: Section, facts: Facts): void => {
  put(error, 'type', facts, 256, 'exception.type', 'error.type');
  put(error, 'code', facts, 128, 'db.response.status_code', 'error.type');
  put(error, 'message', facts, 2048, 'exception.message', 'error.message');
  put(error, 'stack', facts, 16_384, 'exception.stacktrace');
};
