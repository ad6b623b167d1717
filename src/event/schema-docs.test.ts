import { expect, test } from 'vitest';
import { canonicalEvent, nativeEvent } from './schema.ts';
import { eventJsonSchema, fieldTable } from './schema-docs.ts';

test('the table has every field of the schema, with its limit', () => {
  const rows = new Map(fieldTable().map((row) => [row.path, row]));
  for (const name of Object.keys(canonicalEvent.shape)) expect(rows.has(name)).toBe(true);
  expect(rows.get('actor.id')).toMatchObject({ type: 'string', required: true, limit: '≤ 256 bytes' });
  expect(rows.get('objects[].type')).toMatchObject({ required: true, limit: '≤ 64 bytes' });
  expect(rows.get('severity')).toMatchObject({ type: 'integer', limit: '≥ 1, ≤ 24' });
  expect(rows.get('data')).toMatchObject({ limit: '≤ 16 levels, ≤ 1024 leaves', required: false });
  expect(fieldTable(nativeEvent).find(({ path }) => path === 'actor.type')?.required).toBe(false);
});

test('the JSON Schemas name what is required and how much may be sent', () => {
  const { canonical, native } = eventJsonSchema() as Record<string, Record<string, never>>;
  expect(native!['required']).toEqual(['category', 'action']);
  expect(canonical!['required']).toContain('eventId');
  expect(canonical!['properties']).toMatchObject({
    attributes: { maxProperties: 128 },
    action: { 'x-maxBytes': 128, pattern: expect.stringContaining('a-z') },
    evidence: { maxItems: 32 },
  });
});
