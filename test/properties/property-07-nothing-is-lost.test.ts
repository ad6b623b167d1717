import fc from 'fast-check';
import { lastValueFrom, of } from 'rxjs';
import { expect, test } from 'vitest';
import redact from '../../plugins/processors/redact/plugin.ts';
import { pointerOf } from '../../src/event/pointer.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { EventBatch } from '../../src/sdk/index.ts';
import {
  attributesArbitrary,
  dataArbitrary,
  markedDataArbitrary,
  ORIGIN,
  rawEventOf,
  type Content,
} from '../../src/testkit/arbitraries.ts';
import { componentContext } from '../../src/testkit/index.ts';
import { asStored, newNormalizer, normalized } from './support.ts';

const TICK: Content = { category: 'system', action: 'x.tick', service: { name: 's' } };
const MAX_BYTES = 8192;
const small = newNormalizer({ maxEventBytes: MAX_BYTES });

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}
/** What is no container; an empty one is a leaf too. */
const leavesOf = (value: unknown, path: readonly (string | number)[] = []): Leaf[] => {
  const isContainer = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isContainer) return [{ path: pointerOf(path), value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
};
/** Also those above it: a container that is dropped is listed once. */
const isListed = (path: string, listed: ReadonlySet<string>): boolean =>
  listed.has(path) || (path !== '' && isListed(path.slice(0, path.lastIndexOf('/')), listed));

test('property 7: every leaf of data and attributes is where it was', () => {
  fc.assert(
    fc.property(dataArbitrary(), attributesArbitrary(), (data, attributes) => {
      const event = asStored(normalized(rawEventOf({ ...TICK, data, attributes })));
      const stored = leavesOf({ data: event['data'] ?? {}, attributes: event['attributes'] ?? {} });
      expect(stored).toEqual(expect.arrayContaining(leavesOf(asStored({ data, attributes }))));
    }),
  );
});

/** Each leaf is a text of its own that begins with its number: it is found again wherever it went, and if it was cut. */
const fateOf = (text: string, event: CanonicalEvent, cut: ReadonlySet<string>): 'there' | 'cut' | 'lost' => {
  const mark = /^<\d+>/.exec(text)![0];
  const found = leavesOf(asStored(event)).filter(({ value }) => typeof value === 'string' && value.startsWith(mark));
  if (found.some(({ value }) => value === text)) return 'there';
  return found.some(({ path, value }) => cut.has(path) && text.startsWith(value as string)) ? 'cut' : 'lost';
};

const without = (content: Content, other: Content): Content =>
  Object.fromEntries(Object.entries(content).filter(([key]) => !Object.hasOwn(other, key)));
const prefixed = (content: Content): Content =>
  Object.fromEntries(Object.entries(content).map(([key, value]) => [`own ${key}`, value]));

test('property 7: what is cut to fit is listed, wherever the sender put it, and nothing else is missing', () => {
  fc.assert(
    fc.property(markedDataArbitrary(), fc.constantFrom('data', 'attributes', 'stray', 'section'), (marked, where) => {
      const flat = Object.fromEntries(Object.entries(marked).filter(([, value]) => typeof value === 'string'));
      const content: Content = {
        data: { ...TICK, data: marked },
        attributes: { ...TICK, attributes: flat },
        stray: { ...TICK, own: without(marked, flat), ...prefixed(flat) },
        section: { ...TICK, service: { ...marked, name: 's' } },
      }[where];
      const event = normalized(rawEventOf(content), small);
      const cut = new Set(event.processing.truncatedPaths);
      const texts = leavesOf(content)
        .map(({ value }) => value)
        .filter((value): value is string => typeof value === 'string' && value.startsWith('<'));
      const fates = texts.map((text) => fateOf(text, event, cut));
      expect(fates).not.toContain('lost');
      expect(event.processing.truncated).toBe(fates.includes('cut'));
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MAX_BYTES);
    }),
  );
});

const redactor = redact.create(redact.config.parse({}), componentContext());
const redacted = async (content: Content): Promise<CanonicalEvent> => {
  const raw = rawEventOf(content);
  const batch = new EventBatch(ORIGIN, [{ slot: 0, raw, event: normalized(raw, small) }]);
  const { items } = await lastValueFrom(of(batch).pipe(redactor));
  return asStored(items[0]!.event) as CanonicalEvent;
};

const secret = fc.constantFrom('ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'a@shop.example', 'Bearer abcdefghijklmnop');
const keyed = fc.constantFrom('password', 'card', 'note', 'authorization', 'nested');
const secrets = fc.dictionary(keyed, fc.oneof(secret, fc.nat(), fc.dictionary(keyed, secret)), {
  noNullPrototype: true,
});

test('property 7: what is redacted is listed with its path, and all else is where it was', async () => {
  await fc.assert(
    fc.asyncProperty(markedDataArbitrary(), secrets, async (marked, planted) => {
      const data = { marked, planted };
      const event = await redacted({ ...TICK, data });
      const { truncatedPaths = [], redactions = [] } = event.processing;
      const listed = new Set([...truncatedPaths, ...redactions.map(({ path }) => path)]);
      const stored = new Map(leavesOf({ data: event.data }).map(({ path, value }) => [path, value]));
      for (const { path, value } of leavesOf({ data: asStored(data) }))
        if (!isListed(path, listed)) expect(stored.get(path)).toEqual(value);
    }),
  );
});
