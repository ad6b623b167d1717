import fc from 'fast-check';
import { expect } from 'vitest';
import { CorrelationEngine } from '../../plugins/processors/correlate/correlate.ts';
import { PRIMARY_KEYS, SECONDARY_KEYS } from '../../plugins/processors/correlate/keys.ts';
import { EventNormalizer, type NormalizerOptions } from '../../plugins/processors/normalize/normalize.ts';
import { EventValidator, type ValidatorOptions } from '../../plugins/processors/validate/validate.ts';
import type { RawEvent } from '../../src/event/raw-event.ts';
import { nativeEvent, type CanonicalEvent } from '../../src/event/schema.ts';
import type { EventError } from '../../src/sdk/index.ts';
import { ORIGIN, RECEIVED_AT, type Content } from '../../src/testkit/arbitraries.ts';

/** `FC_RUNS=100000 vitest run test/properties` looks longer. */
fc.configureGlobal({ numRuns: Number(process.env['FC_RUNS'] ?? 1000) });

const DAY_MS = 86_400_000;

export const newValidator = (options: Partial<ValidatorOptions> = {}): EventValidator =>
  new EventValidator({
    unknownFields: 'lenient',
    actions: {},
    maxFutureMs: DAY_MS,
    maxAgeMs: 3650 * DAY_MS,
    ...options,
  });

export const newNormalizer = (options: Partial<NormalizerOptions> = {}): EventNormalizer =>
  new EventNormalizer({
    maxEventBytes: 65_536,
    oversize: 'truncate',
    pipelineVersion: '1.2.3',
    clock: { now: () => RECEIVED_AT },
    fingerprintKey: (tenant) => Buffer.alloc(32, tenant),
    ...options,
  });

export const newEngine = (): CorrelationEngine =>
  new CorrelationEngine({ primary: PRIMARY_KEYS, secondary: SECONDARY_KEYS, paths: {} });

export const errorsOf = (validator: EventValidator, raw: RawEvent): readonly EventError[] => {
  const verdict = validator.validate(raw, ORIGIN);
  return verdict.verdict === 'reject' ? verdict.errors : [];
};

export const normalized = (raw: RawEvent, normalizer = newNormalizer()): CanonicalEvent => {
  const event = normalizer.normalize(raw, ORIGIN);
  if ('verdict' in event) return expect.fail(`refused: ${JSON.stringify(event)}`);
  return event;
};

/** Through JSON, as a reader gets it: what is undefined is not there. */
export const asStored = (event: unknown): Content => JSON.parse(JSON.stringify(event)) as Content;

/** The fields of a canonical event that the native API takes. */
export const nativeFields = (event: CanonicalEvent): Content => {
  const stored = asStored(event);
  const fields = Object.fromEntries(
    Object.keys(nativeEvent.shape).flatMap((key) => (key in stored ? [[key, stored[key]]] : [])),
  );
  const { method, confidence: _, correlationId, ...correlation } = fields['correlation'] as Content;
  return { ...fields, correlation: method === 'explicit' ? { correlationId, ...correlation } : correlation };
};
