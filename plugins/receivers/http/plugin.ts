import { ACTION_PATTERN, CATEGORIES } from '../../../src/event/schema.ts';
import { definePlugin, listenerShape, size, z } from '../../../src/sdk/index.ts';
import { EventIngestController, PATHS } from './controller.ts';

const cloudEventType = z.strictObject({
  category: z.enum(CATEGORIES),
  action: z.string().regex(ACTION_PATTERN, 'expected an action in lower case, e.g. order_failed'),
});

export default definePlugin({
  kind: 'receiver',
  type: 'http',
  stability: 'beta',
  summary:
    'Takes events over HTTP, one by one or in batches, as JSON, CloudEvents or protobuf, and answers for each of them.',
  guarantee:
    'At least once: answered when durable. A re-send is the same event where the sender names it (Idempotency-Key, sourceEventId); else each submission is an event.',
  config: z.strictObject({
    ...listenerShape('127.0.0.1:4319'),
    max_event_bytes: size()
      .default(1024 ** 2)
      .describe('The largest event taken, after decompression.'),
    max_batch_bytes: size()
      .default(5 * 1024 ** 2)
      .describe('The largest batch taken, after decompression.'),
    max_batch_events: z.int().min(1).max(100_000).default(1000).describe('The most events taken in one batch.'),
    cloudevent_types: z
      .record(z.string().min(1), cloudEventType)
      .default({})
      .describe(
        'What the `type` of a CloudEvent is here, e.g. `com.acme.order.lost: { category: business, action: order_failed }`; else its last words name the action.',
      ),
  }),
  listeners: [[]],
  create: (config, context) => {
    let controller: EventIngestController | undefined;
    return {
      async start(intake) {
        controller = new EventIngestController(intake, {
          receiver: context.id,
          log: context.log,
          maxEventBytes: config.max_event_bytes,
          maxBatchBytes: config.max_batch_bytes,
          maxBatchEvents: config.max_batch_events,
          cloudEvents: { types: config.cloudevent_types },
        });
        const handler = controller.handler();
        return [await context.listen({ name: context.id, listener: config, paths: PATHS, handler })];
      },
      async stop(signal) {
        await controller?.stop(signal);
      },
    };
  },
});
