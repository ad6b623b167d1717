// A body that names another tenant than its credential's: refused, told as an event and a record in the same commit.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import type { RawEvent } from '../../src/event/raw-event.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { nodeFileSystem } from '../../src/journal/file-system.ts';
import { everything, faultyFileSystem, openJournal, temporaryDirectory } from '../../src/journal/fixtures.ts';
import { FRAME_TYPES, sumOfSalt, type Frame } from '../../src/journal/format/frame.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { decodeSegmentHeader, isSegmentName, SEGMENT_HEADER_BYTES } from '../../src/journal/format/segment-header.ts';
import { SegmentReader } from '../../src/journal/read/segment-reader.ts';
import { createCounters } from '../../src/pipeline/counters.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts';
import { createRecentIds } from '../../src/pipeline/recent-ids.ts';
import { createViolations } from '../../src/pipeline/violations.ts';
import { createBufferPool } from '../../src/sdk/buffer-pool.ts';
import type { Outcome, ProcessorPlugin } from '../../src/sdk/index.ts';
import { capturingLog, componentContext, fakeClock } from '../../src/testkit/index.ts';

const NAMES = ['validate', 'normalize', 'correlate', 'redact', 'tenant_filter'];
const clock = fakeClock();
const counters = createCounters();
const log = capturingLog();
let directory = '';
let syncs = 0;
let journal: Journal;
let pipeline: Pipeline;

beforeEach(async () => {
  directory = await temporaryDirectory();
  const fs = faultyFileSystem((file) => ({ datasync: () => ((syncs += 1), file.datasync()) }));
  journal = await openJournal(directory, { fs });
  const steps = NAMES.map((name) => {
    const plugin = plugins.find((one) => one.kind === 'processor' && one.type === name) as ProcessorPlugin;
    return { id: name, processor: plugin.create(plugin.config.parse({}), componentContext({ id: name, clock })) };
  });
  const parts = { journal, pool: createBufferPool(), recent: createRecentIds(), counters, log };
  pipeline = createPipeline({ ...parts, name: 'main', steps, violations: createViolations(clock) });
});
afterEach(async () => {
  await journal.close();
  await rm(directory, { recursive: true });
});

const ORIGIN = {
  tenant: 'acme',
  receiver: 'http',
  pipeline: 'main',
  principal: 'blk_abcdefgh',
  receivedAt: clock.now(),
};
const SECRET = 'globex-the-victim';
let count = 0;
const raw = (content: Record<string, unknown>): RawEvent => ({
  content: { category: 'system', action: 'x.step', service: { name: 's' }, ...content },
  source: { kind: 'api', receiver: 'http' },
  eventId: `019ab000-0000-7000-8000-${String(++count).padStart(12, '0')}`,
  receivedAt: clock.now(),
  rawSize: 100,
});
const run = (...events: RawEvent[]): Promise<readonly (Outcome | undefined)[]> =>
  pipeline.run(ORIGIN, events.map((each, slot) => ({ slot, raw: each, event: undefined }))); // prettier-ignore

const storedFrames = async () => {
  const frames = await journal.cursor(`reader-${++count}`, everything).read(1 << 20, AbortSignal.abort());
  return frames.map(({ lines }) =>
    Buffer.from(lines)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as CanonicalEvent),
  );
};
const auditRecords = async (): Promise<Record<string, unknown>[]> => {
  const records: Record<string, unknown>[] = [];
  for (const name of (await readdir(directory)).filter(isSegmentName)) {
    for (const frame of await framesOf(join(directory, name))) {
      if (frame.type === FRAME_TYPES.audit) records.push(JSON.parse(frame.payload.toString()) as never);
    }
  }
  return records;
};
const framesOf = async (path: string): Promise<Frame[]> => {
  const file = await nodeFileSystem.openToRead(path);
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  await file.read(bytes, 0);
  const end = await file.size();
  await file.close();
  const { salt, firstSequence } = decodeSegmentHeader(bytes)!;
  const scan = {
    saltSum: sumOfSalt(salt),
    offset: SEGMENT_HEADER_BYTES,
    sequence: firstSequence - 1,
    end,
    before: 1e9,
  };
  const reader = new SegmentReader({ fs: nodeFileSystem }, path, scan, 1 << 20);
  const frames: Frame[] = [];
  for (let step = await reader.next(); step.kind === 'frame'; step = await reader.next()) {
    frames.push({ ...step.frame, payload: Buffer.from(step.frame.payload) });
  }
  await reader.close();
  return frames;
};

test('is refused, and becomes one security event of its own tenant beside the good events of its batch', async () => {
  await run(raw({}));
  syncs = 0;
  const refused = raw({ tenantId: SECRET, description: SECRET });
  const outcomes = await run(raw({}), refused, raw({ tenantId: 'acme' }), raw({ tenantId: SECRET }));
  expect(outcomes.map((outcome) => outcome?.status)).toEqual(['accepted', 'rejected', 'accepted', 'rejected']);
  expect(syncs).toBe(1);
  const [, frame = []] = await storedFrames();
  expect(frame.map(({ action }) => action)).toEqual(['x.step', 'x.step', 'unauthorized_access']);
  expect(frame[2]).toMatchObject({
    tenantId: 'acme',
    category: 'security',
    outcome: 'denied',
    severity: 21,
    actor: { id: 'blk_abcdefgh', type: 'api_key' },
    security: {
      violation: { type: 'cross_tenant_access', severity: 'critical', blocked: true },
      decision: 'deny',
    },
    correlation: { causationId: refused.eventId },
    data: { component: 'http', refusedEvents: 2, leftOut: 0 },
  });
  expect(await auditRecords()).toEqual([
    {
      operation: 'tenant_violation',
      violation: 'cross_tenant_access',
      tenant: 'acme',
      principal: 'blk_abcdefgh',
      decision: 'deny',
      time: expect.stringMatching(/^2026-\d\d-\d\dT.*Z$/),
      component: 'http',
      events: 2,
      leftOut: 0,
    },
  ]);
  expect(JSON.stringify([await storedFrames(), await auditRecords(), log.lines])).not.toContain(SECRET);
});

test('its id is the refused one’s: the same refusal twice is the same event', async () => {
  const refused = raw({ tenantId: 'globex' });
  await run(refused);
  await run(refused);
  const ids = (await storedFrames()).flat().map(({ eventId }) => eventId);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test('cannot be used to flood: of 500 batches ten become events and records, and all are refused', async () => {
  const outcomes = await Promise.all(Array.from({ length: 500 }, () => run(raw({ tenantId: 'globex' }))));
  expect(outcomes.flat().filter((outcome) => outcome?.status !== 'rejected')).toEqual([]);
  expect((await storedFrames()).flat()).toHaveLength(10);
  expect(await auditRecords()).toHaveLength(10);
});

test('a violation without a batch is an event too, with what was asked', async () => {
  const request = { method: 'GET', path: '/v1/events', statusCode: 403 };
  await pipeline.report({
    type: 'cross_tenant_access',
    tenant: 'acme',
    principal: 'DNS:reader.acme',
    component: 'query',
    request,
  });
  const [[event] = []] = await storedFrames();
  expect(event).toMatchObject({ tenantId: 'acme', action: 'unauthorized_access', request, outcome: 'denied' });
  expect(event!.actor).toMatchObject({ id: 'DNS:reader.acme', type: 'service_account' });
  expect(await auditRecords()).toEqual([expect.objectContaining({ operation: 'tenant_violation', request })]);
});

test.each([
  ['authentication_failure', 'unauthorized_access', 'failure', 'low'],
  ['expired_session', 'unauthorized_access', 'failure', 'info'],
  ['insufficient_permission', 'permission_denied', 'denied', 'low'],
] as const)('%s is %s, %s, %s', async (type, action, outcome, severity) => {
  await pipeline.report({ type, tenant: 'acme', principal: 'blk_abcdefgh', component: 'tenants' });
  const [[event] = []] = await storedFrames();
  expect(event).toMatchObject({
    action,
    outcome,
    security: { violation: { type, severity, blocked: true }, decision: 'deny' },
  });
});

test('what an exporter reads after a restart is the events alone', async () => {
  await run(raw({ tenantId: 'globex' }), raw({}));
  await journal.close();
  journal = await openJournal(directory);
  expect((await storedFrames()).flat().map(({ action }) => action)).toEqual(['x.step', 'unauthorized_access']);
});
