// What the normalizer's tests begin with.
import { expect } from 'vitest';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { ORIGIN, RECEIVED_AT, rawEventOf, type Content } from '../../../src/testkit/arbitraries.ts';
import { EventNormalizer, type NormalizerOptions } from './normalize.ts';

export const TICK: Content = { category: 'system', action: 'x.tick', service: { name: 'clock' } };
export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const SPAN = 'b7ad6b7169203331';

export const newNormalizer = (options: Partial<NormalizerOptions> = {}): EventNormalizer =>
  new EventNormalizer({
    maxEventBytes: 65_536,
    oversize: 'truncate',
    pipelineVersion: '1.2.3',
    clock: { now: () => ({ seconds: RECEIVED_AT.seconds + 1, nanos: 0 }) },
    fingerprintKey: (tenant) => Buffer.alloc(32, tenant),
    ...options,
  });

export const result = (content: Content, more: Partial<RawEvent> = {}, options: Partial<NormalizerOptions> = {}) =>
  newNormalizer(options).normalize(rawEventOf(content, more), ORIGIN);
export const eventOf = (
  content: Content,
  more: Partial<RawEvent> = {},
  options: Partial<NormalizerOptions> = {},
): CanonicalEvent => {
  const event = result(content, more, options);
  expect(event).toHaveProperty('eventId');
  return JSON.parse(JSON.stringify(event)) as CanonicalEvent;
};
export const warningsOf = (event: CanonicalEvent): string[] =>
  (event.processing.warnings ?? []).map(({ code }) => code);
