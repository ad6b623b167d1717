import { definePlugin, type ExportOutcome, forAll, size, z } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import { connectionShape, isOneLogin, ONE_LOGIN, openConnection } from './connection.ts';
import { encode } from './encode.ts';
import { weaknessesOf } from './guarantee.ts';
import { createPublisher } from './send.ts';
import { createStreamShape, streamName } from './stream.ts';
import { compileSubject, isSubject } from './subject.ts';

const config = z
  .strictObject({
    ...connectionShape,
    stream: streamName().default('betalogs').describe('The JetStream stream that takes the messages.'),
    subject: z
      .string()
      .refine(isSubject, 'expected words by dots, with {tenant} once and {category} where it may stand')
      .default('events.{tenant}.{category}')
      .describe('The subject of each message.'),
    create_stream: createStreamShape.optional().describe('Make the stream if it is missing.'),
    max_batch_bytes: size()
      .refine((bytes) => bytes >= 1024, 'expected 1KiB or more')
      .prefault('512KiB')
      .describe("The most bytes of events in one message; the server's max_payload goes before it."),
  })
  .refine(isOneLogin, ONE_LOGIN);

const WAITING: ExportOutcome = { status: 'retry', reason: 'stopped before it was published' };

export default definePlugin({
  kind: 'exporter',
  type: 'nats',
  stability: 'beta',
  summary: 'Publishes events to a NATS JetStream stream, many in a message, for workers to store.',
  guarantee:
    'At least once, with the same event id: stored when JetStream acknowledges. A retry within duplicate_window is dropped by the stream.',
  config,
  batch: { maxEvents: 5000, maxBytes: 4 * 1024 ** 2, maxWaitMs: 10 },
  // The same message after a crash has the same id.
  cuts: true,
  probe: async (options, { id }) => {
    const connection = await openConnection(options, `betalogs ${id}`);
    await connection.close();
  },
  create: (options, { id, log }) => {
    const subjectOf = compileSubject(options.subject);
    const publisher = createPublisher({
      connect: () => openConnection(options, `betalogs ${id}`),
      stream: options.stream,
      create: options.create_stream,
      inboxPrefix: options.inbox_prefix,
      onStream: (info) => {
        const weaknesses = weaknessesOf(info.config);
        if (weaknesses.length > 0) log.warn('the stream weakens the guarantee', { stream: options.stream, weaknesses });
      },
    });
    return {
      start: publisher.start,
      async export(batch, signal) {
        const maxBytes = Math.min(options.max_batch_bytes, publisher.maxPayload());
        const { messages, tooLarge } = encode(batch, { subjectOf, maxBytes });
        const outcomes = forAll(batch, WAITING);
        for (const position of tooLarge) outcomes[position] = classify({ kind: 'too_large' });
        const answers = await publisher.publish(messages, signal);
        for (const [i, { positions }] of messages.entries()) {
          const outcome = classify(answers[i]!);
          for (const position of positions) outcomes[position] = outcome;
        }
        return outcomes;
      },
      stop: publisher.stop,
    };
  },
});
