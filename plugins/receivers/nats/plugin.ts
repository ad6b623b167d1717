import { definePlugin, duration, type Intake, size, z } from '../../../src/sdk/index.ts';
import { createReceiver } from './receive.ts';
import { connectionShape, isOneLogin, ONE_LOGIN } from './connection.ts';
import { createStreamShape, streamName } from './stream.ts';
import { isSubjectPattern } from './tenant.ts';
import { TENANT_PATTERN } from '../../../src/event/schema.ts';

const tenant = z
  .strictObject({
    subject_pattern: z
      .string()
      .refine(isSubjectPattern, 'expected words by dots with {tenant} once, `*`, and `>` at the end')
      .optional()
      .describe('Where in the subject the tenant stands, e.g. `events.{tenant}.>`.'),
    fixed: z
      .string()
      .regex(TENANT_PATTERN, 'expected a tenant id')
      .optional()
      .describe('Every message is of this one.'),
  })
  .refine(
    ({ subject_pattern, fixed }) => (subject_pattern === undefined) !== (fixed === undefined),
    'give either subject_pattern or fixed',
  );

const config = z
  .strictObject({
    ...connectionShape,
    mode: z
      .enum(['jetstream', 'core'])
      .default('jetstream')
      .describe('jetstream: acknowledged when durable, else delivered again. core: a message comes once.'),
    stream: streamName().default('betalogs').describe('The JetStream stream.'),
    create_stream: createStreamShape.optional().describe('Make the stream if it is missing.'),
    durable: streamName()
      .default('betalogs')
      .describe('The consumer that all workers share; in core mode, their queue group.'),
    subjects: z
      .array(z.string().regex(/^[^\s]+$/))
      .min(1)
      .optional()
      .describe('Which subjects; by default those of `tenant.subject_pattern`, with `fixed` the whole stream.'),
    tenant: tenant
      .prefault({ subject_pattern: 'events.{tenant}.>' })
      .describe('Whose events they are. Who may publish where is decided by the NATS server.'),
    canonical: z
      .boolean()
      .default(false)
      .describe('The messages are those of the nats exporter: processed, redacted, and kept as they are.'),
    batch: z.int().min(1).max(10_000).default(256).describe('The most messages in memory at one time.'),
    ack_wait: duration()
      .refine((ms) => ms >= 1000, 'expected 1s or more')
      .prefault('30s')
      .describe('After so long without a sign of life the server delivers a message again.'),
    max_ack_pending: z
      .int()
      .min(1)
      .default(4096)
      .describe('The most messages that all workers together have not answered.'),
    max_message_bytes: size()
      .default(8 * 1024 ** 2)
      .describe("The largest message taken; the server's max_payload is the bound before it."),
    max_event_bytes: size()
      .default(1024 ** 2)
      .describe('The largest event taken of a message with one event a line.'),
  })
  .refine(isOneLogin, ONE_LOGIN)
  .refine(({ mode, subjects, tenant: { fixed } }) => mode !== 'core' || fixed === undefined || subjects !== undefined, {
    path: ['subjects'],
    message: 'name the subjects: in core mode there is no stream that knows them',
  });
export type NatsReceiverConfig = z.output<typeof config>;

export default definePlugin({
  kind: 'receiver',
  type: 'nats',
  stability: 'beta',
  summary: 'Takes events from NATS: JetStream, or core subjects; many in a message.',
  guarantee:
    'JetStream: at least once, acknowledged when durable; a redelivery is the same event. Core: at most once until it is here.',
  config,
  create: (options, context) => {
    let receiver: ReturnType<typeof createReceiver> | undefined;
    return {
      async start(intake: Intake) {
        receiver = createReceiver(options, context, intake);
        return [];
      },
      async stop(signal) {
        await receiver?.stop(signal);
      },
    };
  },
});
