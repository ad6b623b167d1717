// What each receiver says of input that it, `validate` or `normalize` refuses: answers and dead letters.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBatch, decodeEvent } from '../../plugins/receivers/http/decode.ts';
import { decode as decodeMessage, isUndecodable } from '../../plugins/receivers/nats/decode.ts';
import { fakeMessage } from '../../plugins/receivers/nats/fixtures.ts';
import { letterOfMessage, lettersOfSlots } from '../../plugins/receivers/nats/letters.ts';
import type { RawSource } from '../../src/event/raw-event.ts';
import { decode as decodeOtlp } from '../../src/mapping/otlp/decode/decode.ts';
import { encodeLogs, sdkLog } from '../../src/mapping/otlp/fixtures.ts';
import { toSlots } from '../../src/mapping/otlp/to-slots.ts';
import { isProblem, type EventError, type Problem, type RawSlot, type Rejected } from '../../src/sdk/index.ts';
import { nativeEventArbitrary, ORIGIN, RECEIVED_AT, type Content } from '../../src/testkit/arbitraries.ts';
import { newNormalizer, newValidator } from './support.ts';

const RUNS = Math.max(1000, Number(process.env['FC_RUNS'] ?? 0));
const CANARY = 'canary7zq9';
const validators = [newValidator(), newValidator({ unknownFields: 'strict' })];
const normalizer = newNormalizer({ oversize: 'reject', maxEventBytes: 4096 });

/** Puts a poison at one place of the content: in a value's stead, or under a key of its own. */
const poisoned = (content: Content, pick: number, poison: unknown, key?: string): Content => {
  const copy = structuredClone(content);
  const containers: Record<string, unknown>[] = [];
  const walk = (container: Record<string, unknown>): void => {
    containers.push(container);
    for (const inner of Object.values(container)) {
      if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>);
    }
  };
  walk(copy);
  const container = containers[pick % containers.length]!;
  const keys = Object.keys(container);
  container[key ?? keys[pick % Math.max(1, keys.length)] ?? 'data'] = poison;
  return copy;
};

/** As it is, cut short, or with a character too many: what a broken sender sends. */
const damaged = fc.tuple(
  fc.constantFrom('no', 'cut', 'insert'),
  fc.nat(),
  fc.constantFrom('"', '}', '\\', '\u0000', ','),
);
const damage = (text: string, [how, at, character]: readonly [string, number, string]): string => {
  const position = at % (text.length + 1);
  if (how === 'no') return text;
  return how === 'cut' ? text.slice(0, position) : text.slice(0, position) + character + text.slice(position);
};

const poison = fc.constantFrom<unknown>(CANARY, [CANARY], { inner: { deeper: CANARY } }, CANARY.repeat(600), [
  [[CANARY]],
]);
const source: RawSource = { kind: 'api', receiver: 'http', contentType: CANARY, traceparent: CANARY };
const facts = { source, receivedAt: RECEIVED_AT, key: CANARY };
const limits = { maxEventBytes: 100_000, maxEvents: 3 };

/** All that the sender is told. */
const saidOf = (decoded: readonly RawSlot[] | Problem): readonly unknown[] =>
  isProblem(decoded) ? [decoded] : decoded.flatMap(errorsOf);

const errorsOf = (slot: RawSlot): readonly EventError[] => {
  if ('verdict' in slot) return slot.verdict === 'reject' ? slot.errors : [];
  const verdicts = validators.map((validator) => validator.validate(slot, ORIGIN));
  const refused = verdicts.flatMap((verdict) => (verdict.verdict === 'reject' ? verdict.errors : []));
  if (verdicts[0]!.verdict === 'reject') return refused;
  const normal = normalizer.normalize(slot, ORIGIN);
  return 'verdict' in normal ? [...refused, ...(normal as Rejected).errors] : refused;
};

const NATS = { receiver: 'nats', maxMessageBytes: 100_000, maxEventBytes: 50_000 };
const HEADERS = { 'Nats-Msg-Id': CANARY, traceparent: CANARY, 'Content-Type': 'application/json' };

/** The dead letters of a message, without the line of what another collector has already redacted. */
const lettersOf = (text: string, canonical: boolean): unknown[] => {
  const format = canonical ? { 'Betalogs-Format': 'canonical.v1' } : {};
  const message = fakeMessage(text, { headers: { ...HEADERS, ...format } });
  const decoded = decodeMessage(message, 'acme', RECEIVED_AT, { ...NATS, canonical });
  const keyOf = (): Buffer => Buffer.alloc(32, 1);
  if (isUndecodable(decoded)) return [letterOfMessage(message, 'acme', decoded.error, keyOf)];
  const outcomes = decoded.slots.map((slot) => ({ status: 'rejected' as const, errors: errorsOf(slot) }));
  const letters = lettersOfSlots(message, 'acme', decoded, outcomes, keyOf);
  for (const letter of letters) expect(letter.line === undefined || canonical).toBe(true);
  return letters.map((letter) => ({ ...letter, line: undefined }));
};

const isSilent = (said: readonly unknown[]): void => expect(JSON.stringify(said).toLowerCase()).not.toContain(CANARY);

const bodies = fc
  .tuple(nativeEventArbitrary(), fc.nat(), poison, damaged)
  .map(([content, pick, value, how]) => damage(JSON.stringify(poisoned(content, pick, value)), how));

test('property 13: no answer of the http receiver repeats a value', () => {
  fc.assert(
    fc.property(bodies, (text) => {
      isSilent(saidOf(decodeEvent(Buffer.from(text), facts)));
      isSilent(saidOf(decodeBatch(Buffer.from(`[${text}]`), 'json', facts, limits)));
      isSilent(saidOf(decodeBatch(Buffer.from(`${text}\n{"x":"${CANARY}`), 'ndjson', facts, limits)));
      isSilent(saidOf(decodeBatch(Buffer.from(text), 'json', facts, limits)));
      isSilent(saidOf(decodeEvent(Buffer.concat([Buffer.from(text), Buffer.of(0xff)]), facts)));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

test('property 13: no dead letter of the nats receiver holds a value, or a key of the sender', () => {
  fc.assert(
    fc.property(bodies, nativeEventArbitrary(), fc.nat(), poison, (text, content, pick, value) => {
      for (const canonical of [false, true]) {
        isSilent(lettersOf(text, canonical));
        isSilent(lettersOf(JSON.stringify(poisoned(content, pick, value, CANARY)), canonical));
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

const OTLP_ORIGIN = { tenant: 'acme', source, receivedAt: RECEIVED_AT, keepAllSpans: true };
const otlpSaid = (encoding: 'json' | 'protobuf', bytes: Buffer): readonly unknown[] => {
  const decoded = decodeOtlp('logs', encoding, bytes);
  return saidOf(isProblem(decoded) ? decoded : toSlots(decoded, bytes, OTLP_ORIGIN));
};

test('property 13: no answer of the otlp receiver repeats a value', () => {
  const log = sdkLog({
    body: CANARY,
    attributes: { [CANARY]: CANARY, 'event.id': CANARY.repeat(60) },
    eventName: CANARY,
  });
  const [json, protobuf] = [encodeLogs('json', log), encodeLogs('protobuf', log)];
  const request = JSON.parse(json.toString()) as Content;
  fc.assert(
    fc.property(fc.nat(), poison, damaged, fc.nat(255), (pick, value, how, byte) => {
      isSilent(otlpSaid('json', Buffer.from(damage(JSON.stringify(poisoned(request, pick, value)), how))));
      const bytes = Buffer.from(protobuf);
      bytes[pick % bytes.length] = byte;
      isSilent(otlpSaid('protobuf', how[0] === 'cut' ? bytes.subarray(0, how[1] % bytes.length) : bytes));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
