// Extension attributes that have a place of their own in an event (EVENTS.md 7); all others are attributes.
import { type Fields, isFields } from '../../event/fields.ts';
import { parseJson, isJsonProblem } from '../../event/json.ts';
import { actor, OUTCOMES } from '../../event/schema.ts';
import { fits, own, type Section, setIf, textOf } from './fields.ts';

/** The content of one event while it is put together. */
export interface Draft {
  readonly content: Section;
  readonly correlation: Section;
  readonly attributes: Section;
  data: Section | undefined;
}

/** False: it stays an attribute. */
type Take = (draft: Draft, value: unknown) => boolean;

const correlated =
  (field: string, maxBytes: number): Take =>
  ({ correlation }, value) => {
    if (!fits(value, maxBytes)) return false;
    correlation[field] = value;
    return true;
  };

const OUTCOME_WORDS: ReadonlySet<unknown> = new Set(OUTCOMES);
/** Any outcome may be meant: only our own words are taken for one. */
const takeOutcome: Take = ({ content }, value) => {
  if (!OUTCOME_WORDS.has(value)) return false;
  content['outcome'] = value;
  return true;
};

const SEVERITY_WORDS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
/** A number of OpenTelemetry's or one of its words, in text where it came as a header. */
const takeSeverity: Take = ({ content }, value) => {
  const word = SEVERITY_WORDS.indexOf(
    String(value)
      .toLowerCase()
      .replace(/^warning$/, 'warn'),
  );
  const number = word >= 0 ? word * 4 + 1 : typeof value === 'string' && value !== '' ? Number(value) : value;
  if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 24) return false;
  content['severity'] ??= number;
  return true;
};

const EXTENSIONS: Readonly<Record<string, Take>> = {
  traceparent: correlated('traceparent', 256),
  tracestate: correlated('tracestate', 512),
  correlationid: correlated('correlationId', 256),
  causationid: correlated('causationId', 256),
  sessionid: correlated('sessionId', 256),
  outcome: takeOutcome,
  severitynumber: takeSeverity,
  severity: takeSeverity,
  severitytext: takeSeverity,
  category: () => true,
  action: () => true,
};

export const addExtensions = (draft: Draft, extensions: Fields): void => {
  for (const [name, value] of Object.entries(extensions)) {
    if (own(EXTENSIONS, name) === undefined || !EXTENSIONS[name]!(draft, value)) keep(draft, name, value);
  }
};

const isFlat = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** Flat: an attribute. An extension that holds more than the specification lets it goes to the payload. */
export const keep = (draft: Draft, name: string, value: unknown): void => {
  if (isFlat(value) && fits(name, 256)) draft.attributes[name] = value;
  else {
    const data = (draft.data ??= {});
    data[Object.hasOwn(data, name) ? `extensions.${name}` : name] = value;
  }
};

const ACTOR_TYPES: ReadonlySet<unknown> = new Set(actor.shape.type.options);

/** The extension "authcontext": who it was, by whose word. What the claims say beside that stays in the attributes. */
export const actorOf = ({ authtype, authid, authclaims }: Fields): Section | undefined => {
  const type = ACTOR_TYPES.has(authtype) ? (authtype as string) : undefined;
  const claims = claimsOf(authclaims);
  const id = textOf(authid, 256) ?? textOf(claims['sub'], 256) ?? (type === undefined ? undefined : nameless(type));
  if (id === undefined) return undefined;
  const found: Section = { id, type: type ?? 'unknown' };
  setIf(found, 'name', textOf(claims['name'], 256));
  setIf(found, 'email', textOf(claims['email'], 320));
  setIf(found, 'roles', rolesOf(claims['roles']));
  return found;
};

/** Where nobody is named, some types say it by themselves. */
const nameless = (type: string): string => (type === 'system' || type === 'unauthenticated' ? type : 'unknown');

const claimsOf = (text: unknown): Fields => {
  if (typeof text !== 'string') return {};
  const result = parseJson(text);
  return !isJsonProblem(result) && isFields(result.value) ? result.value : {};
};

const rolesOf = (roles: unknown): readonly string[] | undefined =>
  Array.isArray(roles) && roles.length <= 32 && roles.every((role) => fits(role, 128)) ? roles : undefined;
