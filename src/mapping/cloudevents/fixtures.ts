import type { RawEvent } from '../../event/raw-event.ts';
import type { RawSlot } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';
import { type CloudEventOptions, mapCloudEvent } from './map-cloud-event.ts';

export const CONTEXT: MappingContext = {
  receiver: 'http',
  receivedAt: { seconds: 1_767_322_800, nanos: 5 },
  rawSize: 100,
  contentType: 'application/cloudevents+json',
};

/** A sound CloudEvent with what the case says. */
export const cloudEvent = (more: object = {}): object => ({
  specversion: '1.0',
  id: 'e1',
  source: '/shop/orders',
  type: 'com.acme.order.failed',
  time: '2026-01-02T03:04:05.123456789Z',
  ...more,
});

export const mapped = (more: object = {}, options: CloudEventOptions = {}): RawEvent => {
  const slot: RawSlot = mapCloudEvent(cloudEvent(more), CONTEXT, options);
  if ('verdict' in slot) throw new Error(`refused: ${JSON.stringify(slot)}`);
  return slot;
};
