import { lastValueFrom, of } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { RawEvent } from '../event/raw-event.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import { EventBatch, type BatchItem, type Outcome, type ProcessorPlugin } from '../sdk/index.ts';
import { componentContext, exampleEvent } from './fakes.ts';

export interface ProcessorSuiteOptions {
  /** As in YAML. */
  readonly config?: unknown;
  /** What a sender sends, under the native API's field names; for the stages `raw` and `raw_to_canonical`. */
  readonly contents?: readonly Readonly<Record<string, unknown>>[];
  /** For the stage `canonical`. */
  readonly events?: readonly CanonicalEvent[];
}

/** What became of one slot: its settled outcome, or what flows on. */
type Fate = { readonly settled: Outcome } | { readonly flows: readonly unknown[] };

/** What the engine relies on in every processor. */
export const processorSuite = (plugin: ProcessorPlugin, options: ProcessorSuiteOptions = {}): void => {
  const { stage = 'canonical' } = plugin;
  const inputs = stage === 'canonical' ? (options.events ?? [exampleEvent()]) : (options.contents ?? []);

  const run = async (slots: readonly number[]): Promise<Fate[]> => {
    const processor = plugin.create(plugin.config.parse(options.config ?? {}), componentContext({ id: plugin.type }));
    const items = slots.map((input, slot) => itemOf(inputs[input]!, input, slot, stage));
    const batch = await lastValueFrom(of(batchOf(items)).pipe(processor));
    return slots.map((_, slot) => fateOf(batch, slot));
  };
  const all = inputs.map((_, i) => i);

  describe(`${plugin.type} as a processor`, () => {
    test('the suite was given events', () => expect(inputs).not.toEqual([]));

    test('settles each slot or lets it flow, never both and never neither', async () => {
      for (const fate of await run(all)) {
        if ('flows' in fate) expect(fate.flows.length).toBeGreaterThan(0);
      }
    });

    test('is deterministic', async () => {
      expect(await run(all)).toEqual(await run(all));
    });

    test('treats an event the same alone, among others, and in another order', async () => {
      const together = await run(all);
      for (const [i, fate] of together.entries()) expect([fate]).toEqual(await run([i]));
      expect((await run(all.toReversed())).toReversed()).toEqual(together);
    });

    test('gives a reason for what it filters, and a code, a path and words for what it refuses', async () => {
      for (const fate of await run(all)) {
        if (!('settled' in fate)) continue;
        if (fate.settled.status === 'filtered') expect(fate.settled.reason).not.toBe('');
        if (fate.settled.status !== 'rejected') continue;
        expect(fate.settled.errors).not.toEqual([]);
        for (const { code, path, message } of fate.settled.errors) {
          expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)+$/);
          expect(path).toMatch(/^(\/.*)?$/);
          expect(message).not.toBe('');
        }
      }
    });

    test('an empty batch passes', async () => {
      expect(await run([])).toEqual([]);
    });
  });
};

const RECEIVED_AT = { seconds: 1_795_000_000, nanos: 5 };

const batchOf = (items: readonly BatchItem[]): EventBatch =>
  new EventBatch({ tenant: 'acme', receiver: 'http', pipeline: 'events', receivedAt: RECEIVED_AT }, items);

const itemOf = (
  input: CanonicalEvent | Readonly<Record<string, unknown>>,
  number: number,
  slot: number,
  stage: string,
): BatchItem => {
  const content = structuredClone(input) as Record<string, unknown>;
  const raw: RawEvent = {
    content: stage === 'canonical' ? {} : content,
    source: { kind: 'api', receiver: 'http' },
    eventId: `019ab000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    receivedAt: RECEIVED_AT,
    rawSize: 400,
  };
  return stage === 'canonical' ? { slot, raw, event: content as CanonicalEvent } : { slot, raw };
};

const fateOf = (batch: EventBatch, slot: number): Fate => {
  const settled = batch.settled.get(slot);
  const flows = batch.items.filter((item) => item.slot === slot).map(({ raw, event }) => event ?? raw.content);
  if (settled !== undefined && flows.length > 0) throw new Error(`slot ${slot} is settled and flows on`);
  if (settled === undefined && flows.length === 0) throw new Error(`slot ${slot} is lost`);
  return settled === undefined ? { flows: structuredClone(flows) } : { settled };
};
