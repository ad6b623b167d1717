import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUuidv7, nameBasedId } from '../../src/event/ids.ts';
import type { RawEvent } from '../../src/event/raw-event.ts';
import { formatInstant } from '../../src/event/time.ts';
import { decode } from '../../src/mapping/otlp/decode/decode.ts';
import { toSlots } from '../../src/mapping/otlp/to-slots.ts';
import { isProblem } from '../../src/sdk/index.ts';
import {
  identityArbitrary,
  instantArbitrary,
  ORIGIN,
  rawEventArbitrary,
  rawEventOf,
  type Content,
} from '../../src/testkit/arbitraries.ts';
import { newNormalizer } from './support.ts';

/** Another process: other keys, another clock, another version. */
const replica = () =>
  newNormalizer({
    clock: { now: () => ({ seconds: 1_900_000_000, nanos: 1 }) },
    fingerprintKey: (tenant) => Buffer.alloc(32, `other ${tenant}`),
    pipelineVersion: '9.9.9',
  });
const here = newNormalizer();
const there = replica();

const idOf = (raw: RawEvent, normalizer = here, tenant = 'acme'): string => {
  const event = normalizer.normalize(structuredClone(raw), { ...ORIGIN, tenant });
  return 'verdict' in event ? expect.fail('refused') : event.eventId;
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('property 4: what nobody named gets an id of its own each time, whatever it says and whoever sends it', () => {
  fc.assert(
    fc.property(rawEventArbitrary(), fc.array(instantArbitrary(), { minLength: 2, maxLength: 5 }), (raw, times) => {
      const { sourceEventId: _, ...content } = raw.content;
      const { eventId: __, ...unnamed } = raw;
      const ids = times.flatMap((receivedAt) =>
        [here, there].map((normalizer) => idOf({ ...unnamed, content, receivedAt }, normalizer)),
      );
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(UUID);
    }),
  );
});

test('property 4: replicas that mint in the same instant mint different ids', () => {
  fc.assert(
    fc.property(fc.array(instantArbitrary(), { minLength: 1, maxLength: 20 }), (times) => {
      const mint = [createUuidv7(), createUuidv7()] as const;
      const ids = times.flatMap((at) => [mint[0](at), mint[1](at), mint[0](at)]);
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});

type Identity = typeof identityArbitrary extends () => fc.Arbitrary<infer T> ? T : never;
const TICK: Content = { category: 'system', action: 'x.tick', service: { name: 's' } };
const named = ({ name, id, part }: Identity, content: Content = TICK): RawEvent =>
  rawEventOf(content, { identity: part === '' ? { name, id } : { name, id, part } });

test('property 4: one identity is one id on every replica, whatever else the re-send says, and two are two', () => {
  fc.assert(
    fc.property(identityArbitrary(), identityArbitrary(), rawEventArbitrary(), instantArbitrary(), (a, b, re, at) => {
      const { sourceEventId: _, source: __, ...content } = re.content;
      const first = idOf(named(a), here, a.tenant);
      expect(idOf({ ...named(a, content), receivedAt: at }, there, a.tenant)).toBe(first);
      const isSame = JSON.stringify(a) === JSON.stringify(b);
      expect(idOf(named(b), here, b.tenant) === first).toBe(isSame);
      expect(first).toMatch(UUID);
    }),
  );
});

test('property 4: the same characters, divided otherwise among the parts of a name, are another name', () => {
  const cut = fc.nat(6);
  const text = fc.string({ minLength: 6, maxLength: 6, unit: fc.constantFrom('a', '\0', 'é') });
  fc.assert(
    fc.property(text, fc.tuple(cut, cut), fc.tuple(cut, cut), (whole, one, tone) => {
      const divided = (cuts: readonly number[]) => {
        const [a = 0, b = 0] = cuts.toSorted((low, high) => low - high);
        return { name: whole.slice(0, a), id: `${whole.slice(a, b)}i`, part: whole.slice(b) };
      };
      const [a, b] = [divided(one), divided(tone)];
      const [first, second] = [a, b].map((parts) => nameBasedId('acme', parts.name, parts.id, parts.part));
      expect(first === second).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('property 4: an identity is the same wherever it is written', () => {
  fc.assert(
    fc.property(identityArbitrary(), ({ tenant, name, id }) => {
      const beside = idOf(named({ tenant, name, id, part: '' }), here, tenant);
      const fields = rawEventOf({ ...TICK, source: { name }, sourceEventId: id });
      const section = rawEventOf({ ...TICK, source: { name, eventId: id } });
      expect([idOf(fields, there, tenant), idOf(section, there, tenant)]).toEqual([beside, beside]);
    }),
  );
});

const SOURCE = { kind: 'otlp', receiver: 'otlp' } as const;
const otlpIds = (bodies: readonly string[], tenant: string, seconds = 1_795_000_000): string[] => {
  const records = bodies.map((body) => ({ body: { stringValue: body }, timeUnixNano: '1795000000000000001' }));
  const bytes = Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] }));
  const request = decode('logs', 'json', bytes);
  if (isProblem(request)) return expect.fail(request.detail);
  const origin = { tenant, source: SOURCE, receivedAt: { seconds, nanos: 0 }, keepAllSpans: false };
  const normalizer = seconds === 1_795_000_000 ? here : there;
  return toSlots(request, bytes, origin).map((slot) => idOf(slot as RawEvent, normalizer, tenant));
};

test('property 4: a byte-identical OTLP retry has the same ids, another request or another record another', () => {
  const bodies = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(bodies, bodies, (sent, others) => {
      const ids = otlpIds(sent, 'acme');
      expect(otlpIds(sent, 'acme', 1_795_000_999)).toEqual(ids);
      expect(new Set(ids).size).toBe(sent.length);
      const isSame = sent.join() === others.join();
      expect(otlpIds(others, 'acme').some((id) => ids.includes(id))).toBe(isSame);
      expect(otlpIds(sent, 'globex').some((id) => ids.includes(id))).toBe(false);
    }),
  );
});

test('property 4: the time of receipt is not part of a name', () => {
  fc.assert(
    fc.property(identityArbitrary(), instantArbitrary(), (identity, at) => {
      const content = { ...TICK, timestamp: formatInstant(at) };
      const { tenant } = identity;
      expect(idOf({ ...named(identity, content), receivedAt: at }, here, tenant)).toBe(
        idOf(named(identity, content), there, tenant),
      );
    }),
  );
});
