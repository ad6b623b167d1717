import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { type BatchOrigin, type ComponentContext, EventBatch } from '../../../src/sdk/index.ts';
import { of } from '../../../src/sdk/rx.ts';
import { eventWith } from './fixtures.ts';
import plugin from './plugin.ts';

const tenants = new Set<string>();
const context = {
  keys: {
    pseudonymKey: (tenant: string) => {
      tenants.add(tenant);
      return Buffer.alloc(32, tenant);
    },
  },
} as unknown as ComponentContext;

const run = (config: unknown, event: CanonicalEvent): CanonicalEvent => {
  const processor = plugin.create(plugin.config.parse(config), context);
  of(new EventBatch({ tenant: 'acme' } as BatchOrigin, [{ slot: 0, raw: {} as never, event }]))
    .pipe(processor)
    .subscribe();
  return event;
};

test('the example does what it says', async () => {
  const { processors } = parse(await readFile(new URL('example.yaml', import.meta.url), 'utf8'));
  const data = {
    nationalId: '1',
    support: { contact_email: 'help@example.com', other: 'help@example.com' },
    customer: { id: 'c-1' },
    comment: 'x'.repeat(300),
    phone: '+49 171 5550123',
  };
  const event = run(processors.redact, eventWith({ data }));
  expect(event.data).toEqual({
    support: { contact_email: 'help@example.com', other: 'h***@example.com' },
    customer: { id: expect.stringMatching(/^hash:[0-9a-f]{32}$/) },
    comment: 'x'.repeat(200),
    phone: '+49 171 5550123',
  });
  expect(event.processing.redactions?.map(({ rule, method }) => `${rule}:${method}`).toSorted()).toEqual([
    'customer_pseudonym:hash',
    'denied_key:drop',
    'email:mask',
    'truncate:truncate',
  ]);
  expect(tenants).toEqual(new Set(['acme']));
});

test('the default configuration redacts', () => {
  expect(run({}, eventWith({ data: { password: 'x1', mail: 'a@example.com' } })).data).toEqual({
    mail: 'a***@example.com',
  });
});

describe('a configuration is refused', () => {
  test.each([
    [{ keep: ['data.x'] }],
    [{ keep: ['/eventId'] }],
    [{ keep: ['/tenantId'] }],
    [{ rules: [{ path: '/data/x', keys: ['x'], method: 'drop' }] }],
    [{ rules: [{ method: 'drop' }] }],
    [{ rules: [{ path: '/processing/attempt', method: 'drop' }] }],
    [{ rules: [{ path: '/data/x', method: 'encrypt' }] }],
    [{ patterns: { emial: false } }],
    [{ denyKeys: [] }],
  ])('%j', (config) => {
    expect(plugin.config.safeParse(config).success).toBe(false);
  });
});
