import { describe, expect, test } from 'vitest';
import { JournalError, type EventFrame, type Journal } from '../journal/journal.ts';
import { drop, eachEvent, eachToCanonical, EventBatch, isBusy, pass, reject } from '../sdk/index.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import type { BatchOrigin, Lease, Outcome, Processor, RawBatch, RefusedInput } from '../sdk/index.ts';
import type { RawEvent } from '../event/raw-event.ts';
import { createBufferPool } from '../sdk/buffer-pool.ts';
import { map } from '../sdk/rx.ts';
import { createBudget } from './budget.ts';
import { createCounters } from './counters.ts';
import { createIntake } from './intake.ts';
import { createPipeline } from './pipeline.ts';
import { createRecentIds } from './recent-ids.ts';

const at = { seconds: 1_780_000_000, nanos: 5 };
const raw = (name: string, more: Partial<RawEvent> = {}): RawEvent => ({
  content: { name },
  source: { kind: 'api', receiver: 'http' },
  receivedAt: at,
  rawSize: 20,
  ...more,
});

/** The smallest step to a canonical event: enough for what stands behind it. */
const normalize = eachToCanonical(
  ({ content, eventId, identity }, { tenant }) =>
    ({
      schemaVersion: '1.0',
      eventId: identity?.id ?? eventId,
      tenantId: tenant,
      category: 'business',
      action: content['name'],
      timestamp: '2026-06-01T00:00:00Z',
      correlation: { correlationId: `c-${String(content['name'])}` },
      processing: {},
      integrity: { contentHash: '', rawSize: 0, ...(identity === undefined ? {} : { fingerprint: 'f' }) },
    }) as unknown as CanonicalEvent,
);

const policy = eachEvent(({ action }) => {
  if (action === 'drop') return drop('because');
  return action === 'reject' ? reject('X_BAD', '/name', 'is bad') : pass;
});

const setUp = (steps: readonly Processor[], failure?: () => Error | undefined, pipelineNames = ['main']) => {
  const letters: RefusedInput[] = [];
  const frames: { pipeline: string; text: string; ids: string[] }[] = [];
  const instants: number[] = [];
  const journal = {
    append: async ({ pipeline, lines, index }: EventFrame) => {
      const error = failure?.();
      if (error !== undefined) throw error;
      const text = Buffer.from(lines).toString();
      frames.push({ pipeline, text, ids: index.map(({ eventId }) => eventId) });
      instants.push(...index.map(({ timestamp }) => timestamp.seconds));
    },
    hasRoom: () => true,
  } as unknown as Journal;
  const counters = createCounters();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const shared = { journal, pool: createBufferPool(), recent: createRecentIds(), counters, log };
  const budget = createBudget({ maxBytes: 1000, maxBytesPerTenant: 1000 });
  const intake = createIntake({
    receiver: 'http',
    pipelines: pipelineNames.map((name) =>
      createPipeline({ ...shared, name, steps: steps.map((processor, i) => ({ id: `step-${i}`, processor })) }),
    ),
    authenticator: { authenticate: async () => ({ tenant: 'acme', scopes: new Set(), name: 'test' }) },
    budget,
    journal,
    counters,
    knows: (tenant) => tenant === 'acme',
    bury: async (refused) => void letters.push(...refused),
    clock: { now: () => at, monotonicMs: () => 0, schedule: () => () => undefined },
  });
  const emit = (slots: RawBatch['slots']): Promise<readonly Outcome[]> =>
    (intake.reserve('acme', 100) as Lease).emit({ slots });
  return { intake, emit, frames, letters, budget, counters, times: () => instants };
};

test('each slot settles once, in the order sent, whatever became of it', async () => {
  const { emit, frames, budget } = setUp([normalize, policy]);
  const outcomes = await emit([
    raw('one'),
    drop('not_an_event'),
    raw('reject'),
    raw('drop'),
    reject('Y', '', 'no'),
    raw('two'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'accepted',
    'filtered',
    'rejected',
    'filtered',
    'rejected',
    'accepted',
  ]);
  expect(outcomes[0]).toMatchObject({ correlationId: 'c-one' });
  expect(frames).toHaveLength(1);
  expect(
    frames[0]!.text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as CanonicalEvent).action),
  ).toEqual(['one', 'two']);
  expect(budget.inFlight).toBe(0);
});

test('nothing is accepted that the journal does not have', async () => {
  const { emit, budget } = setUp([normalize], () => new JournalError('disk_full', 'full'));
  expect(await emit([raw('one')])).toEqual([{ status: 'retry', afterMs: 1000, reason: 'disk_full' }]);
  expect(budget.inFlight).toBe(0);
});

test('a processor that throws fails its batch, not the next one', async () => {
  let broken = true;
  const bug: Processor = map((batch) => {
    if (broken) throw new Error('a bug');
    return batch;
  });
  const { emit } = setUp([normalize, policy, bug]);
  expect((await emit([raw('one')])).map(({ status }) => status)).toEqual(['retry']);
  broken = false;
  expect((await emit([raw('one')])).map(({ status }) => status)).toEqual(['accepted']);
});

test('an event that its sender named is told as a duplicate when it comes again, and journaled all the same', async () => {
  const { emit, frames } = setUp([normalize]);
  const named = raw('one', { identity: { name: '', id: '018f0000-0000-8000-8000-000000000001' } });
  expect((await emit([named]))[0]).toMatchObject({ status: 'accepted' });
  expect((await emit([named, named])).map(({ status }) => status)).toEqual(['duplicate', 'duplicate']);
  expect(frames.flatMap(({ ids }) => ids)).toHaveLength(3);
});

test('two pipelines store the same event under the same id, and neither sees what the other changed', async () => {
  const mark = eachEvent((event) => {
    event.action = `${event.action}_changed`;
    return pass;
  });
  const { emit, frames } = setUp([normalize, mark], undefined, ['a', 'b']);
  const [outcome] = await emit([raw('one')]);
  expect(outcome).toMatchObject({ status: 'accepted' });
  expect(frames.map(({ pipeline }) => pipeline)).toEqual(['a', 'b']);
  expect(frames[0]!.ids).toEqual(frames[1]!.ids);
  for (const { text } of frames) expect((JSON.parse(text) as CanonicalEvent).action).toBe('one_changed');
});

test('two pipelines are given what was sent, though the first changes its content at once', async () => {
  const change: Processor = map((batch) => {
    for (const { raw: sent } of batch.items) (sent.content as Record<string, unknown>)['name'] += '_changed';
    return batch;
  });
  const { emit, frames } = setUp([change, normalize], undefined, ['a', 'b']);
  await emit([raw('one')]);
  for (const { text } of frames) expect((JSON.parse(text) as CanonicalEvent).action).toBe('one_changed');
});

test('a batch larger than the part that is taken at once is one frame, in the order sent', async () => {
  const { emit, frames, counters } = setUp([normalize, policy]);
  const names = Array.from({ length: 300 }, (_, i) => (i % 50 === 49 ? 'drop' : `event_${i}`));
  const outcomes = await emit(names.map((name) => raw(name)));
  expect(outcomes.map(({ status }) => status)).toEqual(
    names.map((name) => (name === 'drop' ? 'filtered' : 'accepted')),
  );
  const lines = frames.flatMap(({ text }) => text.trimEnd().split('\n'));
  expect(frames).toHaveLength(1);
  expect(lines.map((line) => (JSON.parse(line) as CanonicalEvent).action)).toEqual(
    names.filter((name) => name !== 'drop'),
  );
  expect(counters.of('step-1')).toEqual({ pass: 294, 'drop:because': 6 });
});

test('a processor that throws in the middle of a batch has none of it journaled', async () => {
  let left = 2;
  const bug: Processor = map((batch) => {
    if (--left === 0) throw new Error('a bug');
    return batch;
  });
  const { emit, frames } = setUp([normalize, bug]);
  const outcomes = await emit(Array.from({ length: 100 }, (_, i) => raw(`event_${i}`)));
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['retry']));
  expect(frames).toEqual([]);
});

test('emit takes the slots before anything waits', async () => {
  const { emit } = setUp([normalize]);
  const slots = [raw('one')];
  const answered = emit(slots);
  expect(slots).toEqual([]);
  expect(await answered).toHaveLength(1);
});

test('a closed intake refuses, and counts it', () => {
  const { intake, counters } = setUp([normalize]);
  intake.close();
  const refused = intake.reserve('acme', 1);
  expect(isBusy(refused) && refused.busy).toBe('stopping');
  expect(counters.of('http')).toEqual({ 'busy:stopping': 1 });
});

test('what a source would lose is buried, and counted', async () => {
  const { intake, letters, counters } = setUp([normalize]);
  const refused = { tenant: 'acme', code: 'X', message: 'no', attempts: 1, size: 3, digest: 'hmac-sha256:0' };
  await intake.deadLetter([refused]);
  expect(letters).toEqual([refused]);
  expect(counters.of('http')).toEqual({ dead: 1 });
  expect([intake.knows('acme'), intake.knows('globex')]).toEqual([true, false]);
});

describe('derived events', () => {
  /** An alarm for each event called `bad`. */
  const alarming: Processor = map((batch) => {
    for (let i = batch.items.length - 1; i >= 0; i--) {
      const event = batch.items[i]!.event!;
      if (event.action === 'bad')
        batch.derive(i, [{ ...event, eventId: '018f0000-0000-8000-8000-00000000000a', action: 'alarm' }]);
    }
    return batch;
  });
  const linesOf = (frames: readonly { text: string }[]): CanonicalEvent[] =>
    frames.flatMap(({ text }) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as CanonicalEvent),
    );

  test('are journaled behind their parent, in its frame, and the sender is told of the parent', async () => {
    const { emit, frames, counters } = setUp([normalize, alarming, policy]);
    const outcomes = await emit([raw('one'), raw('bad'), raw('two')]);
    const lines = linesOf(frames);
    expect(frames).toHaveLength(1);
    expect(lines.map(({ action }) => action)).toEqual(['one', 'bad', 'alarm', 'two']);
    expect(outcomes.map((outcome) => outcome.status === 'accepted' && outcome.eventId)).toEqual(
      [lines[0], lines[1], lines[3]].map((line) => line?.eventId),
    );
    expect(lines[2]?.integrity).toMatchObject({ rawSize: 0, contentHash: expect.stringMatching(/^sha256:/) });
    expect(counters.of('http')).toEqual({ accepted: 3 });
  });

  test('have their own time in the index, not that which the protocol gave their parent', async () => {
    const { emit, times } = setUp([normalize, alarming]);
    await emit([raw('bad', { instant: { seconds: 1_700_000_000, nanos: 0 } })]);
    expect(times()).toEqual([1_700_000_000, 1_780_272_000]);
  });

  test.each([
    ['filtered', drop('no_alarms'), 'drop:no_alarms'],
    ['refused', reject('X_BAD', '', 'is bad'), 'reject:X_BAD'],
  ])('that are %s leave their parent accepted, and are counted', async (_, verdict, label) => {
    const noAlarms = eachEvent(({ action }) => (action === 'alarm' ? verdict : pass));
    const { emit, frames, counters } = setUp([normalize, alarming, noAlarms]);
    expect((await emit([raw('bad')])).map(({ status }) => status)).toEqual(['accepted']);
    expect(linesOf(frames).map(({ action }) => action)).toEqual(['bad']);
    expect(counters.of('step-2')).toEqual({ pass: 1, [label]: 1 });
  });

  test('outlive a parent that is filtered, which is told so', async () => {
    const noParents = eachEvent(({ action }) => (action === 'bad' ? drop('no_parents') : pass));
    const { emit, frames } = setUp([normalize, alarming, noParents]);
    expect(await emit([raw('bad')])).toEqual([{ status: 'filtered', reason: 'no_parents' }]);
    expect(linesOf(frames).map(({ action }) => action)).toEqual(['alarm']);
  });

  test('are never what the sender is told of, wherever a processor puts them', async () => {
    const mirrored: Processor = map((batch) => {
      batch.items = batch.items.toReversed();
      return batch;
    });
    const { emit, frames } = setUp([normalize, alarming, mirrored]);
    const [outcome] = await emit([raw('bad')]);
    expect(linesOf(frames).map(({ action }) => action)).toEqual(['alarm', 'bad']);
    expect(outcome).toMatchObject({ status: 'accepted', eventId: linesOf(frames)[1]!.eventId });
  });

  test('of nothing are a bug', () => {
    expect(() => new EventBatch({} as BatchOrigin, []).derive(0, [])).toThrow(RangeError);
  });
});
