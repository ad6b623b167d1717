// GitHub's own example payloads, and the events of tests made of them.
import { createRequire } from 'node:module';
import type { RawEvent } from '../../event/raw-event.ts';
import type { Delivery, GithubOptions } from './delivery.ts';
import { mapGithub } from './map-github.ts';

export interface ExampleSet {
  readonly name: string;
  readonly actions: readonly string[];
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

/** By event: one entry for each type that the package knows. */
export const exampleSets = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly ExampleSet[];

/** A copy of the first example of an event whose hook action is this, to be changed at will. */
export const exampleOf = (event: string, hookAction?: string): Record<string, unknown> => {
  const found = exampleSets
    .find(({ name }) => name === event)
    ?.examples.find(({ action }) => hookAction === undefined || action === hookAction);
  if (found === undefined) throw new RangeError(`no example of ${event} ${hookAction ?? ''}`);
  return structuredClone(found) as Record<string, unknown>;
};

/** A day on which none of the examples is older than events are kept. */
export const RECEIVED_AT = { seconds: 1_790_000_000, nanos: 5 };
export const CONTEXT = { receiver: 'github', receivedAt: RECEIVED_AT, rawSize: 4096 };
export const GUID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';

export const mapped = (event: string, payload: unknown, options: GithubOptions = {}): RawEvent => {
  const delivery: Delivery = { event, deliveryId: GUID, payload };
  const slot = mapGithub(delivery, CONTEXT, options);
  if ('verdict' in slot) throw new TypeError(`${event} was not mapped: ${slot.verdict}`);
  return slot;
};
