// Property 11: no query, id guess, cursor, dead letter or key crosses tenants. 10,000 attempts; FC_RUNS=10000 makes ten times as many.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import sqlite from '../../plugins/exporters/sqlite/plugin.ts';
import { createDeadLetterQueue } from '../../src/delivery/dead-letter-queue.ts';
import { openDeadLetters, type DeadLetters } from '../../src/delivery/dead-letters.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { isCursorRefused, isRefusal, SCOPES, type EventQueries, type EventReader } from '../../src/sdk/index.ts';
import { createEventStore } from '../../src/store/event-store.ts';
import { createApiKey } from '../../src/tenancy/api-key.ts';
import { TenantSecurityService } from '../../src/tenancy/tenant-security-service.ts';
import { capturingLog, exampleEvent, fakeClock, fakeKeyRing } from '../../src/testkit/index.ts';
import { filters, TRACES } from '../../src/testkit/event-reader-model.ts';
import { openReadable } from '../../src/testkit/readable-store.ts';
import { memoryReader } from '../../src/testkit/memory-reader.ts';

const SCALE = Number(process.env['FC_RUNS'] ?? 1000) / 1000;
const runs = (count: number) => ({ numRuns: Math.ceil(count * SCALE) });

const TENANTS = ['acme', 'acme-2', 'ACME', 'globex'] as const;
type Tenant = (typeof TENANTS)[number];
const IDS = Array.from({ length: 24 }, (_, i) => `019ab000-0000-7000-8000-${String(i).padStart(12, '0')}`);
const canaryOf = (tenant: string): string => `canary${TENANTS.indexOf(tenant as Tenant)}x`;
/** The same ids, traces, correlations and links for every tenant: nothing but the tenant tells them apart. */
const EVENTS: readonly CanonicalEvent[] = TENANTS.flatMap((tenantId) =>
  IDS.map((eventId, i) =>
    exampleEvent({
      tenantId,
      eventId,
      timestamp: `2026-11-23T10:00:${String(i).padStart(2, '0')}Z`,
      description: `all words ${canaryOf(tenantId)}`,
      correlation: {
        correlationId: `c-${i % 4}`,
        method: 'explicit',
        confidence: 1,
        traceId: TRACES[i % 2]!,
        links: [{ correlationId: `c-${(i + 1) % 4}` }],
      },
    }),
  ),
);

const tenant = fc.constantFrom<string>(
  ...TENANTS,
  'nobody',
  '',
  '%',
  'acme%',
  "acme' OR '1'='1",
  'acme\0',
  ' acme',
  '*',
);
const id = fc.oneof(fc.constantFrom(...IDS, ...IDS.map((one) => one.toUpperCase()), '%', "' OR 1=1 --"), fc.uuid());
const words = fc.constantFrom('all', 'canary0x', 'canary1x OR canary2x', '* canary3x', '"', 'tenantId:globex');
const question = fc.oneof(
  fc.record({ text: words }),
  fc.record({ correlation: fc.constantFrom('c-0', 'c-3', '%') }),
  fc.record({ trace: fc.constantFrom(...TRACES) }),
  filters,
  fc.constant({}),
);
type Asked = (store: EventQueries, as: string) => Promise<readonly CanonicalEvent[]>;
const bare = (found: { readonly events: readonly { readonly event: CanonicalEvent }[] } | undefined) =>
  (found?.events ?? []).map(({ event }) => event);

/** Every way to ask, and every way to lie about where the last page ended. */
const asked: fc.Arbitrary<{ readonly says: string; readonly ask: Asked }> = fc.oneof(
  fc.tuple(question, fc.integer({ min: 1, max: 50 })).map(([filter, limit]) => ({
    says: `query ${JSON.stringify(filter, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}`,
    ask: async (store: EventQueries, as: string) => {
      const page = await store.query({ tenant: as, filter, limit });
      return isCursorRefused(page) ? [] : bare(page);
    },
  })),
  id.map((one) => ({
    says: `event ${one}`,
    ask: async (store: EventQueries, as: string) => {
      const found = await store.event(as, one);
      return found === undefined ? [] : [found.event];
    },
  })),
  fc.constantFrom(...TRACES, 'c'.repeat(32)).map((trace) => ({
    says: `trace ${trace}`,
    ask: async (store: EventQueries, as: string) => bare(await store.trace(as, trace)),
  })),
  fc.constantFrom('c-0', 'c-1', 'c-2', '%', '').map((group) => ({
    says: `correlation ${group}`,
    ask: async (store: EventQueries, as: string) => bare(await store.correlation(as, group)),
  })),
  fc.record({ victim: fc.constantFrom(...TENANTS), filter: question, change: fc.option(fc.nat()) }).map((lie) => ({
    says: `cursor of ${lie.victim}, changed at ${lie.change}`,
    ask: async (store: EventQueries, as: string) => {
      const theirs = await store.query({ tenant: lie.victim, filter: {}, limit: 3 });
      const cursor = isCursorRefused(theirs) ? '' : changed(theirs.next!, lie.change);
      const page = await store.query({ tenant: as, filter: lie.filter, limit: 50, cursor });
      const isOwn = as === lie.victim && lie.change === null && Object.keys(lie.filter).length === 0;
      if (isCursorRefused(page) === isOwn)
        throw new Error(`a cursor of ${lie.victim} was ${isOwn ? 'refused' : 'taken'}`);
      return isCursorRefused(page) ? [] : bare(page);
    },
  })),
);

const changed = (cursor: string, at: number | null): string => {
  if (at === null) return cursor;
  const bytes = Buffer.from(cursor, 'base64url');
  bytes[at % bytes.length]! ^= 1 + (at % 255);
  return bytes.toString('base64url');
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'property-11-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['sqlite', 5000],
  ['the in-memory model', 2500],
])('EventStore over %s', (name, count) => {
  let reader: EventReader;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const opened =
      name === 'sqlite'
        ? await openReadable(sqlite, {}, folder)
        : { reader: memoryReader(EVENTS), write: async () => {}, close: async () => {} };
    await opened.write(EVENTS);
    ({ reader, close } = opened);
  });
  afterAll(() => close());

  test(`${count} attempts: what is answered is the asker's own`, async () => {
    const store = createEventStore({ reader, keys: fakeKeyRing() });
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(tenant, asked, async (as, { ask }) => {
        const found = await ask(store, as);
        answered += found.length;
        expect(found.filter(({ tenantId }) => tenantId !== as)).toEqual([]);
        const others = TENANTS.filter((one) => one !== as).map(canaryOf);
        expect(others.filter((canary) => JSON.stringify(found).includes(canary))).toEqual([]);
      }),
      runs(count),
    );
    // Attempts that find nothing prove nothing.
    expect(answered).toBeGreaterThan(count);
  }, 120_000);
});

describe('dead letters', () => {
  let letters: DeadLetters;
  beforeAll(async () => {
    letters = await openDeadLetters({
      directory: join(folder, 'letters'),
      maxBytes: 1 << 24,
      clock: fakeClock(),
      log: capturingLog(),
    });
    await letters.write(
      EVENTS.map((event) => ({
        ...{ stage: 'exporter', code: '22001', message: 'too long', component: 'postgres', attempts: 1 },
        tenant: event.tenantId,
        eventId: event.eventId,
        line: JSON.stringify(event),
      })),
    );
  });
  afterAll(() => letters.close());

  test('1250 attempts to list, retry or drop: none touches another tenant’s', async () => {
    const tried: string[] = [];
    const tryOnce = async (batch: { readonly index: readonly { readonly tenantId: string }[] }) => {
      tried.push(...batch.index.map(({ tenantId }) => tenantId));
      return batch.index.map(() => ({ status: 'retry', reason: 'down' }) as const);
    };
    const exporters = new Map([['postgres', tryOnce]]);
    const queue = createDeadLetterQueue({ letters, exporters, signal: new AbortController().signal });
    const all = await queue.list({}, 1000);
    expect(all).toHaveLength(EVENTS.length);
    const owners = new Map(all.map((letter) => [letter.id, letter.tenant]));
    const ids = fc.option(fc.subarray([...owners.keys()], { minLength: 1, maxLength: 12 }), { nil: undefined });
    const how = fc.constantFrom('list', 'retry', 'drop');
    await fc.assert(
      fc.asyncProperty(tenant, ids, how, fc.boolean(), async (as, guessed, act, dryRun) => {
        tried.length = 0;
        const filter = { tenant: as, ...(guessed !== undefined && { ids: new Set(guessed) }) };
        // A drop for good would leave nothing to attempt on.
        const found =
          act === 'list'
            ? await queue.list(filter, 1000)
            : await queue[act](filter, { dryRun: dryRun || act === 'drop' });
        expect(found.filter((letter) => owners.get(letter.id) !== as)).toEqual([]);
        expect(tried.filter((owner) => owner !== as)).toEqual([]);
      }),
      runs(1250),
    );
    const theirs = [...owners].filter(([, owner]) => owner !== 'acme').map(([one]) => one);
    await queue.drop({ tenant: 'acme', ids: new Set(owners.keys()) }, { dryRun: false });
    expect((await queue.list({}, 1000)).map((letter) => letter.id).toSorted()).toEqual(theirs.toSorted());
  }, 60_000);
});

describe('keys', () => {
  const keys = TENANTS.map((one) => ({ tenant: one, ...createApiKey(randomBytes) }));
  const service = new TenantSecurityService({
    tenants: keys.map(({ tenant: one, prefix, sha256 }) => ({
      id: one,
      apiKeys: [{ prefix, sha256, scopes: ['read'] as const }],
      mtls: [{ san: `DNS:${one}`, scopes: ['read'] as const }],
    })),
    openToAll: true,
  });
  const any = fc.constantFrom(...keys);
  /** Two keys may end, or begin, alike. */
  const mixed = (bearer: string) => ({ bearer, owner: keys.find(({ key }) => key === bearer)?.tenant });

  test('1250 attempts: a key or a name opens its own tenant, and no mixture of two opens any', async () => {
    const credentials = fc.oneof(
      any.map(({ key, tenant: owner }) => ({ bearer: key, owner })),
      any.map(({ tenant: owner }) => ({ peerNames: [`DNS:${owner}`], owner })),
      fc.tuple(any, any, fc.integer({ min: 1, max: 46 })).map(([a, b, cut]) => ({
        ...mixed(a.key.slice(0, cut) + b.key.slice(cut)),
      })),
      fc.tuple(any, fc.constantFrom('sha256', 'prefix')).map(([a, part]) => ({
        bearer: a[part],
        owner: undefined,
      })),
      fc.tuple(any, any).map(([a, b]) => ({
        peerNames: [`DNS:${a.tenant}`, `DNS:${b.tenant}`],
        owner: a === b ? a.tenant : undefined,
      })),
      tenant.map((named) => ({ bearer: named, owner: undefined })),
      fc.string().map((name) => ({ peerNames: [name], owner: undefined })),
    );
    await fc.assert(
      fc.asyncProperty(credentials, fc.constantFrom(...SCOPES), async ({ owner, ...credential }, scope) => {
        const found = await service.authenticate({ ...credential, remoteAddress: '127.0.0.1' }, scope);
        const expected = scope === 'read' ? owner : undefined;
        expect(isRefusal(found) ? undefined : found.tenant).toBe(expected);
      }),
      runs(1250),
    );
  });
});
