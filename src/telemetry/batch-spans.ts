// A span for each batch and stage, linked to the traces of the events in it.
import { context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { BatchItem, ExportOutcome, StoredBatch } from '../sdk/index.ts';
import { examine, factsOfEvent, factsOfRaw, referencesOf, type TraceFacts } from './links.ts';

export interface BatchSpan {
  run<T>(work: () => Promise<T>): Promise<T>;
  begin(stage: string, component: string): () => void;
  end(): void;
}

export interface BatchSpans {
  /** Undefined where the batch is not recorded: not sampled, or of a collector's own spans, which would have no end. */
  receive(receiver: string, tenant: string, items: readonly BatchItem[]): BatchSpan | undefined;
  /** One attempt at a store. */
  export(
    exporter: string,
    batch: StoredBatch,
    attempt: () => Promise<readonly ExportOutcome[]>,
  ): Promise<readonly ExportOutcome[]>;
}

export interface BatchSpansOptions {
  readonly tracer: Tracer;
  readonly serviceName: string;
  /** Decided before anything else is done for a batch; 1 leaves it to the tracer's sampler. */
  readonly sampleRatio: number;
  readonly random: () => number;
}

interface Beginning {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export const createBatchSpans = ({ tracer, serviceName, sampleRatio, random }: BatchSpansOptions): BatchSpans => {
  const isSampled = (): boolean => sampleRatio >= 1 || random() < sampleRatio;

  const start = ({ name, kind, attributes }: Beginning, facts: readonly TraceFacts[]): Span | undefined => {
    if (facts.every(({ isOwn }) => isOwn)) return undefined;
    const span = tracer.startSpan(name, { kind, attributes, root: true });
    if (!span.isRecording()) return undefined;
    for (const reference of referencesOf(facts)) span.addLink({ context: { ...reference, isRemote: true } });
    return span;
  };

  return {
    receive: (receiver, tenant, items) => {
      if (!isSampled()) return undefined;
      const attributes = {
        'betalogs.receiver': receiver,
        'betalogs.tenant': tenant,
        'betalogs.events': items.length,
      };
      const facts = examine(items.length, (i) => factsOfRaw(items[i]!.raw, serviceName));
      const span = start({ name: `receive ${receiver}`, kind: SpanKind.CONSUMER, attributes }, facts);
      return span && batchSpan(tracer, span);
    },
    export: async (exporter, batch, attempt) => {
      if (!isSampled()) return attempt();
      const attributes = { 'betalogs.exporter': exporter, 'betalogs.events': batch.count };
      const facts = examine(batch.count, (i) => factsOfEvent(batch.event(i), serviceName));
      const span = start({ name: `export ${exporter}`, kind: SpanKind.PRODUCER, attributes }, facts);
      if (span === undefined) return attempt();
      try {
        const outcomes = await context.with(trace.setSpan(context.active(), span), attempt);
        tellOutcomes(span, outcomes);
        return outcomes;
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  };
};

const batchSpan = (tracer: Tracer, span: Span): BatchSpan => {
  const within = trace.setSpan(context.active(), span);
  return {
    run: (work) => context.with(within, work),
    begin: (stage, component) => {
      const child = tracer.startSpan(`${stage} ${component}`, {}, within);
      return () => child.end();
    },
    end: () => span.end(),
  };
};

/** What the store did not take is an error of this attempt, and its reason a word of the exporter's table. */
const tellOutcomes = (span: Span, outcomes: readonly ExportOutcome[]): void => {
  const stored = outcomes.filter(({ status }) => status === 'stored').length;
  span.setAttribute('betalogs.stored', stored);
  const refused = outcomes.find(({ status }) => status !== 'stored');
  if (refused === undefined) return;
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('betalogs.outcome', refused.status);
};
