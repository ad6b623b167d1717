import { expect, test } from 'vitest';
import { exampleEvents, storedBatch } from '../../../src/testkit/index.ts';
import { encode } from './encode.ts';

const TIMES = [
  ['2026-11-23T10:00:00Z', '1795428000000000000'],
  ['2026-11-23T10:00:00.000000001Z', '1795428000000000001'],
  ['2026-11-23T10:00:00.5Z', '1795428000500000000'],
  ['1970-01-01T00:00:01Z', '1000000000'],
  ['1970-01-01T00:00:00.000000007Z', '7'],
  ['1970-01-01T00:00:00Z', '0'],
  ['1969-12-31T23:59:59.999999999Z', '-1'],
  ['1969-12-31T23:59:58.5Z', '-1500000000'],
] as const;

test('times are nanoseconds since 1970', () => {
  const batch = storedBatch(exampleEvents(TIMES.length, (i) => ({ timestamp: TIMES[i]![0] })));
  expect(encode(batch).texts[1]).toBe(`{${TIMES.map(([, ns]) => ns).join(',')}}`);
});

test('the lines are the journal’s own bytes, without the last newline', () => {
  const batch = storedBatch(exampleEvents(3));
  const lines = encode(batch).bytes;
  expect(lines.buffer).toBe(batch.lines.buffer);
  expect(`${lines.toString()}\n`).toBe(Buffer.from(batch.lines).toString());
});

test('each tenant is named once', () => {
  const tenants = ['acme', 'globex', 'acme'];
  expect(encode(storedBatch(exampleEvents(3, (i) => ({ tenantId: tenants[i]! })))).texts[0]).toBe('acme,globex');
});

test('some of a batch: their lines, their times, and positions among them', () => {
  const events = exampleEvents(4, (i) => ({
    tenantId: `t-${i}`,
    description: i === 3 ? 'a\0b' : 'clean',
    timestamp: TIMES[i]![0],
  }));
  const { texts, bytes } = encode(storedBatch(events), [1, 3]);
  const [tenants, times, cleanedAt, cleaned] = texts;
  expect(tenants).toBe('t-1,t-3');
  expect(times).toBe(`{${TIMES[1][1]},${TIMES[3][1]}}`);
  expect(cleanedAt).toBe('{1}');
  expect((JSON.parse(cleaned) as { description: string }).description).toBe('a\ufffdb');
  expect(bytes.toString()).toBe([events[1], events[3]].map((event) => JSON.stringify(event)).join('\n'));
});
