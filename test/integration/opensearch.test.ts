// The opensearch exporter against real servers: what they refuse, what they lose, who sees what.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import opensearch from '../../plugins/exporters/opensearch/plugin.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import type { Exporter, ExportOutcome } from '../../src/sdk/index.ts';
import { componentContext, exampleEvent, exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { SECURITY_ADMIN, startOpenSearch, startSecureOpenSearch } from '../support/servers/opensearch.ts';
import type { TestServer } from '../support/servers/server-process.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const signal = new AbortController().signal;
const exportAll = (exporter: Exporter, events: readonly CanonicalEvent[]): Promise<readonly ExportOutcome[]> =>
  exporter.export(storedBatch(events), signal);
const statusesOf = (outcomes: readonly ExportOutcome[]): string[] => outcomes.map(({ status }) => status);
const fresh = (own: Partial<CanonicalEvent> = {}): CanonicalEvent => exampleEvent({ eventId: randomUUID(), ...own });
const freshMany = (count: number): CanonicalEvent[] => Array.from({ length: count }, () => fresh());

interface Hits {
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly { readonly _id: string; readonly _source: CanonicalEvent }[];
  };
}

describe('opensearch', () => {
  let server: TestServer;
  let prefixes = 0;
  let prefix = '';
  const running: Exporter[] = [];

  beforeAll(async () => {
    server = await startOpenSearch();
  });
  afterAll(async () => {
    await Promise.all(running.map((exporter) => exporter.stop()));
    await server.stop();
  });

  const open = async (config: object = {}): Promise<Exporter> => {
    const options = { url: server.url, replicas: 0, index_prefix: prefix, ...config };
    const exporter = opensearch.create(opensearch.config.parse(options), componentContext());
    running.push(exporter);
    await exporter.start?.();
    return exporter;
  };
  const openApart = (config: object = {}): Promise<Exporter> => {
    prefix = `apart${++prefixes}-`;
    return open(config);
  };
  const reader = () =>
    opensearch.reader!(opensearch.config.parse({ url: server.url, index_prefix: prefix }), componentContext());
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.json();
  };
  const refresh = () => ask('POST', `/${prefix}*/_refresh`);
  const found = async (target: string, body: object = {}): Promise<Hits['hits']> => {
    await refresh();
    const query = '_search?size=1000&track_total_hits=true';
    return ((await ask('POST', `/${target}/${query}`, body)) as Hits).hits;
  };

  test('what comes again is absorbed, what the mapper refuses is dead alone, the rest is stored', async () => {
    const exporter = await openApart();
    const [first, second] = [fresh(), fresh()];
    expect(statusesOf(await exportAll(exporter, [first]))).toEqual(['stored']);
    const poison = fresh({ data: 'canary' as unknown as Record<string, unknown> });
    const outcomes = await exportAll(exporter, [first, poison, second]);
    expect(statusesOf(outcomes)).toEqual(['stored', 'dead', 'stored']);
    expect(outcomes[1]).toMatchObject({ code: 'mapper_parsing_exception' });
    expect(JSON.stringify(outcomes)).not.toContain('canary');
    expect((await found(`${prefix}2026.11`)).total.value).toBe(2);
  });

  test('an id twice in one batch is one event', async () => {
    const exporter = await openApart();
    const event = fresh();
    expect(statusesOf(await exportAll(exporter, [event, event, event]))).toEqual(['stored', 'stored', 'stored']);
    expect((await found(`${prefix}2026.11`)).total.value).toBe(1);
  });

  test("other content under a sender's own name is a conflict, the same content is not", async () => {
    const exporter = await openApart();
    const named = (fingerprint: string, receivedAt: string): CanonicalEvent =>
      exampleEvent({ receivedAt, integrity: { contentHash: `sha256:${'0'.repeat(64)}`, fingerprint, rawSize: 1 } });
    await exportAll(exporter, [named('a', '2026-11-23T10:00:01Z')]);
    const outcomes = await exportAll(exporter, [
      named('a', '2026-11-23T10:00:02Z'),
      named('b', '2026-11-23T10:00:02Z'),
      exampleEvent(),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'stored' },
      { status: 'dead', code: 'id_conflict' },
      { status: 'stored' },
    ]);
  });

  test("another tenant's event of the same id hides nothing, however often both come", async () => {
    const exporter = await openApart({ shards: 3 });
    const events = exampleEvents(20, (i) => ({ eventId: exampleEvent().eventId, tenantId: `tenant-${i}` }));
    for (let i = 0; i < 3; i++)
      expect(new Set(statusesOf(await exportAll(exporter, events)))).toEqual(new Set(['stored']));
    const { hits } = await found(`${prefix}2026.11`);
    expect(hits.map(({ _source }) => _source.tenantId).toSorted()).toEqual(
      events.map(({ tenantId }) => tenantId).toSorted(),
    );
    const store = reader();
    for (const { tenantId, eventId } of events) {
      const line = (await store.event(tenantId, eventId))?.line;
      expect((JSON.parse(line!) as CanonicalEvent).tenantId).toBe(tenantId);
    }
    await store.close();
  });

  test("a tenant's alias shows its events alone, in every month", async () => {
    const exporter = await openApart();
    const events = ['acme', 'a.b', 'a_b', 'A.B'].flatMap((tenantId) =>
      ['2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z'].map((timestamp) => fresh({ tenantId, timestamp })),
    );
    await exportAll(exporter, events);
    for (const [alias, tenant] of [
      ['acme', 'acme'],
      ['a_2eb', 'a.b'],
      ['a_5fb', 'a_b'],
      ['A_2eB', 'A.B'],
    ]) {
      // prettier-ignore
      const { hits } = await found(`${prefix}t-${alias}`);
      expect(hits.map(({ _source }) => _source.tenantId)).toEqual([tenant, tenant]);
    }
  });

  test('a string that Lucene takes no term of is stored, found and given back', async () => {
    const exporter = await openApart();
    const event = fresh({ data: { note: `needle ${'x'.repeat(40_000)}` }, description: 'haystack' });
    expect(statusesOf(await exportAll(exporter, [event]))).toEqual(['stored']);
    await refresh();
    const store = reader();
    const { lines } = await store.query('acme', { text: 'needle haystack' }, { limit: 5 });
    expect(lines.map(({ line }) => line)).toEqual([JSON.stringify(event)]);
    await store.close();
  });

  test('shapes that objects refuse are stored side by side: dots, scalars where objects are, empty keys, nulls', async () => {
    const exporter = await openApart();
    const shapes = [{ a: 1, 'a.b': 2 }, { a: { b: 3 } }, { 'a.b': { c: 1 } }, { a: [[{ b: null }], 1] }, { '': { '': 1 } }, { '.': 1, '..x..': 2 }, { a: null }, {}]; // prettier-ignore
    const events = shapes.map((data) => fresh({ data, attributes: { 'user.id': 'u', user: 1 } }));
    expect(new Set(statusesOf(await exportAll(exporter, events)))).toEqual(new Set(['stored']));
    const { total } = await found(`${prefix}2026.11`, { query: { term: { 'attributes.user.id': 'u' } } });
    expect(total.value).toBe(shapes.length);
  });

  test('an index that is blocked for writing is waited for, not buried', async () => {
    const exporter = await openApart();
    await exportAll(exporter, [fresh()]);
    const event = fresh();
    for (const block of ['read_only', 'read_only_allow_delete', 'write']) {
      await ask('PUT', `/${prefix}2026.11/_settings`, { [`index.blocks.${block}`]: true });
      const [outcome] = await exportAll(exporter, [event]);
      expect(outcome).toMatchObject({ status: 'retry', reason: expect.stringContaining('cluster_block') as string });
      await ask('PUT', `/${prefix}2026.11/_settings`, { [`index.blocks.${block}`]: null });
    }
    expect(statusesOf(await exportAll(exporter, [event]))).toEqual(['stored']);
  });

  test('an index that somebody deleted is made again, with its mapping', async () => {
    const exporter = await openApart();
    await exportAll(exporter, [fresh()]);
    await ask('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': 'false' } });
    await ask('DELETE', `/${prefix}2026.11`);
    await ask('DELETE', `/_index_template/${prefix}events`);
    const event = fresh();
    expect(await exportAll(exporter, [event])).toMatchObject([{ status: 'retry' }]);
    expect(statusesOf(await exportAll(exporter, [event]))).toEqual(['stored']);
    await ask('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': null } });
    const mapping = await ask('GET', `/${prefix}2026.11/_mapping`);
    expect(JSON.stringify(mapping)).toContain('"flat_object"');
  });

  test('a template of a newer program stops the start; retention removes old months', async () => {
    const exporter = await openApart();
    await exportAll(exporter, [fresh({ timestamp: '2020-05-01T00:00:00Z' }), fresh()]);
    await open({ retention: '365d' });
    const months = async (): Promise<string[]> =>
      Object.keys((await ask('GET', `/${prefix}2*/_settings`)) as object).toSorted();
    await expect.poll(months, { timeout: 10_000 }).toEqual([`${prefix}2026.11`]);
    const body = { index_patterns: [`${prefix}x*`], version: 1000 };
    await ask('PUT', `/_index_template/${prefix}events`, body);
    await expect(open()).rejects.toThrow('newer');
  });

  test('killed and started under load: nothing that was stored is lost, nothing is there twice', async () => {
    const exporter = await openApart();
    const events = freshMany(20_000);
    const waiting: CanonicalEvent[][] = [];
    for (let i = 0; i < events.length; i += 500) waiting.push(events.slice(i, i + 500));
    let refused = 0;
    let restarted = Promise.resolve();
    const load = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        const outcomes = await exportAll(exporter, batch);
        const again = batch.filter((_, i) => outcomes[i]!.status !== 'stored');
        expect(outcomes.filter(({ status }) => status === 'dead' || status === 'stop')).toEqual([]);
        if (again.length > 0) waiting.push(again);
        refused += again.length;
        if (again.length > 0) await restarted;
      }
    };
    const loaded = load();
    for (let kills = 0; kills < 3; kills++) {
      const left = waiting.length;
      await expect.poll(() => waiting.length < left || left === 0, { timeout: 60_000, interval: 5 }).toBe(true);
      restarted = server.kill().then(() => server.start());
      await restarted;
    }
    await loaded;
    expect(refused).toBeGreaterThan(0);
    const ids = new Set<string>();
    await refresh();
    const store = reader();
    let after;
    for (;;) {
      const { lines, more } = await store.query('acme', {}, { limit: 1000, ...(after !== undefined && { after }) });
      for (const { eventId } of lines) ids.add(eventId);
      after = lines.at(-1);
      if (!more) break;
    }
    await store.close();
    expect((await found(`${prefix}2026.11`, { size: 0 })).total.value).toBe(events.length);
    expect(ids.size).toBe(events.length);
  });

  test('a server that hangs: the signal ends the wait, and what it took is absorbed', async () => {
    const exporter = await openApart();
    await exportAll(exporter, [fresh()]);
    const events = freshMany(100);
    server.pause();
    const outcomes = await exporter.export(storedBatch(events), AbortSignal.timeout(500));
    server.resume();
    expect(new Set(statusesOf(outcomes))).toEqual(new Set(['retry']));
    expect(new Set(statusesOf(await exportAll(exporter, events)))).toEqual(new Set(['stored']));
    expect((await found(`${prefix}2026.11`)).total.value).toBe(101);
  });
});

describe('opensearch with its security plugin', () => {
  let server: Awaited<ReturnType<typeof startSecureOpenSearch>>;
  let folder = '';
  beforeAll(async () => {
    server = await startSecureOpenSearch();
    folder = await mkdtemp(join(tmpdir(), 'betalogs-opensearch-ca-'));
    await writeFile(join(folder, 'ca.pem'), server.ca);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const attempt = async (config: object): Promise<readonly ExportOutcome[]> => {
    const options = opensearch.config.parse({ url: server.url, replicas: 0, ...config });
    const exporter = opensearch.create(options, componentContext());
    const outcomes = await exportAll(exporter, [fresh()]);
    await exporter.stop();
    return outcomes;
  };
  const trusted = () => ({ tls: { ca_file: join(folder, 'ca.pem') } });

  test('over TLS, as a user: stored, and read', async () => {
    expect(await attempt({ ...SECURITY_ADMIN, ...trusted() })).toEqual([{ status: 'stored' }]);
    const config = opensearch.config.parse({ url: server.url, ...SECURITY_ADMIN, ...trusted() });
    const store = opensearch.reader!(config, componentContext());
    const page = () => store.query('acme', {}, { limit: 10 });
    await expect.poll(async () => (await page()).lines.length, { timeout: 20_000 }).toBe(1);
    await store.close();
  });

  test('a wrong password stops, and is in no message', async () => {
    const outcomes = await attempt({ username: 'admin', password: 'canary', ...trusted() });
    expect(outcomes).toEqual([{ status: 'stop', reason: 'answered 401' }]);
  });

  test('a certificate of an unknown CA is refused', async () => {
    const outcomes = await attempt(SECURITY_ADMIN);
    expect(statusesOf(outcomes)).toEqual(['retry']);
    expect(JSON.stringify(outcomes)).toContain('certificate');
  });
});
