// Facts to the sections of a native event. What the sender gave as `activity.…` is there already and stays; a fact that
// finds its field taken, or that does not fit it, is left over.
import { FACT, type Facts, fits } from './facts.ts';
import { isRawJson } from './decode/request.ts';
import { pathOfUrl, withoutQuery } from './url.ts';

export type Section = Record<string, unknown>;

export const isMap = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);

/** Sets what is there: an absent field is no key. */
export const setIf = (section: Section, field: string, value: unknown): void => {
  if (value !== undefined && section[field] === undefined) section[field] = value;
};

/** Fills the section `name`, if that is no other thing than a map, and adds it if it then holds anything. */
export const fill = <From>(
  content: Section,
  name: string,
  fillIt: (section: Section, from: From) => void,
  from: From,
): void => {
  const section = content[name] ?? {};
  if (!isMap(section)) return;
  fillIt(section, from);
  if (content[name] === undefined && !isEmpty(section)) content[name] = section;
};

const isEmpty = (section: Section): boolean => {
  for (const _ in section) return false;
  return true;
};

/** The first of two facts that fits; the conventions' current name stands before the one that it replaced. */
const put = (section: Section, field: string, facts: Facts, maxBytes: number, fact: number, orElse = fact): void => {
  if (facts.peek(fact) === undefined && facts.peek(orElse) === undefined) return;
  if (section[field] !== undefined) return;
  const text = facts.takeText(fact, maxBytes) ?? facts.takeText(orElse, maxBytes);
  if (text !== undefined) section[field] = text;
};

/** Whoever can be named: by id, else by name or address, which then stand as the id too. */
export const fillActor = (actor: Section, facts: Facts): void => {
  const isNamed = actor['id'] !== undefined;
  put(actor, 'id', facts, 256, FACT['user.id'], FACT['enduser.id']);
  setIf(actor, 'id', facts.peekText(FACT['user.name'], 256) ?? facts.peekText(FACT['user.email'], 256));
  if (actor['id'] === undefined) return;
  if (!isNamed) setIf(actor, 'type', 'user');
  put(actor, 'name', facts, 256, FACT['user.name'], FACT['user.full_name']);
  put(actor, 'email', facts, 320, FACT['user.email']);
  if (actor['roles'] === undefined) setIf(actor, 'roles', takeRoles(facts));
  fillOrigin(actor, facts);
};

const takeRoles = (facts: Facts): string[] | undefined =>
  facts.takeTexts(FACT['user.roles'], 128) ?? facts.takeTexts(FACT['enduser.role'], 128);

const fillOrigin = (actor: Section, facts: Facts): void => {
  put(actor, 'ip', facts, 64, FACT['client.address'], FACT['http.client_ip']);
  put(actor, 'userAgent', facts, 512, FACT['user_agent.original'], FACT['http.user_agent']);
};

/** Of an attempt by nobody known, the address is all that there is. */
export const fillAddress = (actor: Section, facts: Facts): void => {
  setIf(actor, 'id', facts.peekText(FACT['client.address'], 64) ?? facts.peekText(FACT['http.client_ip'], 64));
  if (actor['id'] !== undefined) fillOrigin(actor, facts);
};

/** An object has a type and an id, or is none. */
export const fillObject = (object: Section, facts: Facts): void => {
  const type = object['type'] ?? facts.peekText(FACT['object.type'], 64);
  const id = object['id'] ?? facts.peekText(FACT['object.id'], 256);
  if (type === undefined || id === undefined) return;
  put(object, 'type', facts, 64, FACT['object.type']);
  put(object, 'id', facts, 256, FACT['object.id']);
  put(object, 'name', facts, 256, FACT['object.name']);
  put(object, 'url', facts, 2048, FACT['object.url']);
  put(object, 'parent', facts, 256, FACT['object.parent']);
  put(object, 'version', facts, 128, FACT['object.version']);
};

const MAX_SECONDS = 1e9;

const takeDurationMs = (facts: Facts): number | undefined => {
  const seconds =
    facts.takeNumber(FACT['http.server.request.duration'], MAX_SECONDS) ??
    facts.takeNumber(FACT['http.client.request.duration'], MAX_SECONDS);
  return seconds === undefined ? undefined : Math.round(seconds * 1e9) / 1e6;
};

const takeStatusCode = (facts: Facts): number | undefined =>
  facts.takeInteger(FACT['http.response.status_code'], 999) ?? facts.takeInteger(FACT['http.status_code'], 999);

const MAX_URL_BYTES = 8192;

/** Of the whole URL, else of the procedure, which gRPC calls by such a path. Both stay attributes. */
const pathFrom = (facts: Facts): string | undefined => {
  const url = facts.peekText(FACT['url.full'], MAX_URL_BYTES) ?? facts.peekText(FACT['http.url'], MAX_URL_BYTES);
  const path = (url === undefined ? undefined : pathOfUrl(url)) ?? procedureOf(facts);
  return path !== undefined && fits(path, 2048) ? path : undefined;
};

/** The conventions of today have one name, `package.Service/Method`; those before had two. */
const procedureOf = (facts: Facts): string | undefined => {
  const method = facts.peekText(FACT['rpc.method'], 1024);
  if (method === undefined) return undefined;
  if (method.includes('/')) return method.startsWith('/') ? method : `/${method}`;
  const service = facts.peekText(FACT['rpc.service'], 1024);
  return service === undefined ? undefined : `/${service}/${method}`;
};

const QUERIES = [FACT['url.full'], FACT['http.url'], FACT['http.target']];

/** Takes the query strings away; true if there were any. */
export const dropQueries = (facts: Facts): boolean => {
  let dropped = (facts.take(FACT['url.query']) ?? '') !== '';
  for (const fact of QUERIES) {
    const url = facts.peek(fact);
    if (typeof url !== 'string') continue;
    const kept = withoutQuery(url);
    if (kept === url) continue;
    facts.replace(fact, kept);
    dropped = true;
  }
  return dropped;
};

/** A deployment has an id, a status and an environment, or is none. */
export const fillDeployment = (
  deployment: Section,
  { facts, environment }: { facts: Facts; environment: string | undefined },
): void => {
  const id = deployment['id'] ?? facts.peekText(FACT['deployment.id'], 256);
  const status = deployment['status'] ?? facts.peekText(FACT['deployment.status'], 64);
  const where =
    deployment['environment'] ??
    facts.peekText(FACT['deployment.environment.name'], 128) ??
    facts.peekText(FACT['deployment.environment'], 128) ??
    environment;
  if (id === undefined || status === undefined || where === undefined) return;
  put(deployment, 'id', facts, 256, FACT['deployment.id']);
  put(deployment, 'status', facts, 64, FACT['deployment.status']);
  put(deployment, 'environment', facts, 128, FACT['deployment.environment.name'], FACT['deployment.environment']);
  setIf(deployment, 'environment', environment);
};

export const fillRequest = (request: Section, facts: Facts): void => {
  put(request, 'id', facts, 256, FACT['http.request.id']);
  put(request, 'method', facts, 16, FACT['http.request.method'], FACT['http.method']);
  put(request, 'path', facts, 2048, FACT['url.path'], FACT['http.target']);
  if (request['path'] === undefined) setIf(request, 'path', pathFrom(facts));
  if (request['statusCode'] === undefined) setIf(request, 'statusCode', takeStatusCode(facts));
  if (request['durationMs'] === undefined) setIf(request, 'durationMs', takeDurationMs(facts));
};

/** `error.type` is the type where no exception names a closer one, and then the code. `class` and `retriable` are derived. */
export const fillError = (error: Section, facts: Facts): void => {
  put(error, 'type', facts, 256, FACT['exception.type'], FACT['error.type']);
  put(error, 'code', facts, 128, FACT['db.response.status_code'], FACT['error.type']);
  put(error, 'message', facts, 2048, FACT['exception.message'], FACT['error.message']);
  put(error, 'stack', facts, 16_384, FACT['exception.stacktrace']);
};
