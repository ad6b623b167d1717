// Generators of events for properties: sound unless the name says otherwise.
import fc from 'fast-check';
import { BUILT_IN_ACTIONS } from '../event/actions.ts';
import type { RawEvent } from '../event/raw-event.ts';
import { CATEGORIES, OUTCOMES, SOURCE_KINDS, type Category } from '../event/schema.ts';
import { formatInstant, type Instant } from '../event/time.ts';
import type { BatchOrigin } from '../sdk/index.ts';

export type Content = Record<string, unknown>;

/** The instant at which everything generated was received. */
export const RECEIVED_AT: Instant = { seconds: 1_764_000_000, nanos: 123_456_789 };
export const ORIGIN: BatchOrigin = {
  tenant: 'acme',
  receiver: 'http',
  pipeline: 'events',
  receivedAt: RECEIVED_AT,
};

/** Any characters, and few enough for the smallest limit of 64 bytes. */
const word = (maxLength = 16): fc.Arbitrary<string> => fc.string({ minLength: 1, maxLength, unit: 'binary' });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** Without the keys whose value is undefined, as JSON would have it. */
const present = (content: Content): Content =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
const section = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Content> => fc.record(shape).map(present);

export const instantArbitrary = (): fc.Arbitrary<Instant> =>
  fc.record({
    seconds: fc.integer({ min: RECEIVED_AT.seconds - 300_000_000, max: RECEIVED_AT.seconds }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
  });

/** A time in one of the accepted forms, with the instant that it names. */
export const timestampArbitrary = (): fc.Arbitrary<{ sent: string | number; instant: Instant }> =>
  fc
    .tuple(instantArbitrary(), fc.integer({ min: 0, max: 9 }), fc.integer({ min: -1439, max: 1439 }), fc.nat(6))
    .map(([{ seconds, nanos }, precision, offsetMinutes, form]) => {
      const kept = Math.floor(nanos / 10 ** (9 - precision)) * 10 ** (9 - precision);
      const instant = { seconds, nanos: kept };
      return { instant, sent: writeTime(instant, precision, offsetMinutes, form) };
    });

const writeTime = ({ seconds, nanos }: Instant, precision: number, offset: number, form: number): string | number => {
  const digits = String(nanos).padStart(9, '0');
  const fraction = precision === 0 ? '' : `.${digits.slice(0, precision)}`;
  const local = (at: number): string => formatInstant({ seconds: at, nanos: 0 }).slice(0, -1);
  if (form === 0) return `${local(seconds)}${fraction}Z`;
  if (form === 1) return `${local(seconds + offset * 60)}${fraction}${zone(offset)}`;
  if (form === 2) return `${local(seconds).replace('T', ' ')}${fraction}`;
  if (form === 3) return `${seconds}${digits}`;
  if (form === 4 && nanos % 1000 === 0) return seconds * 1e6 + nanos / 1000;
  if (form === 5 && nanos % 1_000_000 === 0) return seconds * 1000 + nanos / 1_000_000;
  return nanos === 0 ? seconds : `${seconds}${fraction}`;
};

const zone = (offset: number): string => {
  const minutes = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .map((text) => (/^0+$/.test(text) ? '1'.padStart(length, '0') : text));

export const traceIdArbitrary = (): fc.Arbitrary<string> => hex(32);
export const spanIdArbitrary = (): fc.Arbitrary<string> => hex(16);

const scalar = fc.oneof(
  word(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const key = fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name !== '__proto__');

/** Free data: no deeper and no more than the schema allows. */
export const dataArbitrary = (): fc.Arbitrary<Content> =>
  fc.dictionary(key, fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }), fc.dictionary(key, scalar, { maxKeys: 4 })), {
    maxKeys: 6,
  }) as fc.Arbitrary<Content>;

export const attributesArbitrary = (): fc.Arbitrary<Content> =>
  fc.dictionary(key, fc.oneof(scalar, fc.array(scalar, { maxLength: 4 })), { maxKeys: 8 }) as fc.Arbitrary<Content>;

const actor = section({
  id: word(),
  type: maybe(fc.constantFrom('user', 'service_account', 'unauthenticated')),
  email: maybe(fc.emailAddress({ size: 'small' })),
  roles: maybe(fc.array(word(), { maxLength: 3 })),
  sessionId: maybe(word()),
});
const object = section({
  type: word(),
  id: word(),
  name: maybe(word()),
  url: maybe(fc.constant('https://example.com/o/1')),
});
const service = section({ name: word(), version: maybe(word()), environment: maybe(word()) });
const request = section({
  method: maybe(fc.constantFrom('GET', 'POST')),
  path: maybe(fc.constantFrom('/orders', '/orders?token=abc', '/a#b')),
  statusCode: maybe(fc.constantFrom(200, 202, 302, 401, 404, 429, 500, 504)),
});
const error = section({
  class: maybe(fc.constantFrom('timeout', 'internal')),
  type: maybe(fc.constantFrom('java.net.SocketTimeoutException', 'TypeError', 'Odd')),
  code: maybe(fc.constantFrom('ECONNREFUSED', 'AccessDenied', '40001', 'E1')),
  message: maybe(word()),
});
const deployment = section({
  id: word(),
  environment: word(),
  status: fc.constantFrom('success', 'failure', 'in_progress', 'inactive', 'odd'),
  url: maybe(fc.constant('https://ci.example.com/d/1')),
});
const security = section({
  decision: maybe(fc.constantFrom('allow', 'deny', 'challenge')),
  grantedRole: maybe(fc.constantFrom('viewer', 'admin')),
  violation: maybe(
    section({
      type: fc.constantFrom('insufficient_permission', 'invalid_token'),
      blocked: maybe(fc.boolean()),
    }),
  ),
});
const correlation = section({
  correlationId: maybe(fc.uuid()),
  traceId: maybe(traceIdArbitrary()),
  spanId: maybe(spanIdArbitrary()),
  businessKeys: maybe(fc.dictionary(fc.constantFrom('orderId', 'cartId', 'own'), fc.oneof(word(), fc.nat()))),
  sessionId: maybe(word()),
});

const evidence = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom('ticket', 'commit', 'other'),
    url: fc.constantFrom('https://example.com/1', 'https://example.com/2'),
  }),
  { minLength: 1, maxLength: 3, selector: ({ type, url }) => type + url },
);

const actionsOf = (category: Category): string[] =>
  [...BUILT_IN_ACTIONS].filter(([, home]) => home === category).map(([action]) => action);

/** The sections without which a category does not pass; the others come and go. */
const sectionsOf = (category: Category): Record<string, fc.Arbitrary<unknown>> => ({
  actor: category === 'business' || category === 'security' ? actor : maybe(actor),
  object: category === 'business' ? object : maybe(object),
  service: category === 'system' ? service : maybe(service),
  security: category === 'security' ? security : maybe(security),
  deployment: category === 'delivery' ? deployment : maybe(deployment),
  evidence: category === 'delivery' ? evidence : maybe(evidence),
});

/** The body of a sound native event. */
export const nativeEventArbitrary = (categories: readonly Category[] = CATEGORIES): fc.Arbitrary<Content> =>
  fc.constantFrom(...categories).chain((category) =>
    section({
      category: fc.constant(category),
      action: fc.oneof(fc.constantFrom(...actionsOf(category)), fc.constantFrom('x.own', 'x.job_failed')),
      timestamp: maybe(timestampArbitrary().map(({ sent }) => sent)),
      sourceEventId: maybe(word()),
      source: maybe(fc.oneof(word(), section({ name: maybe(word()), version: maybe(word()) }))),
      outcome: maybe(fc.constantFrom(...OUTCOMES)),
      severity: maybe(fc.integer({ min: 1, max: 24 })),
      description: maybe(word()),
      request: maybe(request),
      error: maybe(error),
      correlation: maybe(correlation),
      data: maybe(dataArbitrary()),
      attributes: maybe(attributesArbitrary()),
      ...sectionsOf(category),
    }),
  );

/** A sender's name for an event: texts that run together (`a`, `bc` and `ab`, `c`) among them. */
export const identityArbitrary = (): fc.Arbitrary<{ tenant: string; name: string; id: string; part: string }> => {
  const piece = (minLength: number) =>
    fc.string({ minLength, maxLength: 3, unit: fc.constantFrom('a', 'b', '\0', 'é') });
  return fc.record({ tenant: fc.constantFrom('a', 'ab', 'b'), name: piece(0), id: piece(1), part: piece(0) });
};

/** A payload of at most so many leaves, some of them long: each a text that stands nowhere else, even where it is cut. */
export const markedDataArbitrary = (maxLength = 6000): fc.Arbitrary<Content> => {
  const length = fc.oneof(fc.nat(100), fc.nat(maxLength));
  // Nothing that is itself personal: such a key is masked, and its path with it.
  const plain = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'abcxyz_-./~ é\0') });
  const name = fc.oneof(plain, fc.constantFrom('a/b', 'a~b', 'password', 'constructor'));
  const leaves = fc.oneof(length, fc.array(length, { maxLength: 3 }), fc.dictionary(name, length, { maxKeys: 3 }));
  return fc.dictionary(name, leaves, { maxKeys: 6, noNullPrototype: true }).map((shape) => {
    let count = 0;
    const marked = (value: unknown): unknown => {
      if (typeof value === 'number') return `<${count++}>${'x'.repeat(value)}`;
      if (Array.isArray(value)) return value.map(marked);
      return Object.fromEntries(Object.entries(value as Content).map(([at, inner]) => [at, marked(inner)]));
    };
    return marked(shape) as Content;
  });
};

const EVENT_ID = '019ab512-3456-7abc-8def-0123456789ab';

/** A raw event as a receiver hands it in; a copy, for normalising takes its content over. */
export const rawEventOf = (content: Content, more: Partial<RawEvent> = {}): RawEvent => ({
  content: structuredClone(content),
  source: { kind: 'api', receiver: 'http' },
  eventId: EVENT_ID,
  receivedAt: RECEIVED_AT,
  rawSize: Buffer.byteLength(JSON.stringify(content)),
  ...more,
});

export const rawEventArbitrary = (): fc.Arbitrary<RawEvent> =>
  fc
    .tuple(nativeEventArbitrary(), fc.constantFrom(...SOURCE_KINDS.filter((kind) => kind !== 'github')))
    .map(([content, kind]) => rawEventOf(content, { source: { kind, receiver: 'any' } }));
