import { definePlugin, listenerShape, type Receiver, size, z } from '../../../src/sdk/index.ts';
import { createHandler, type OtlpHandler, PATHS } from './listen.ts';

const httpConfig = z.strictObject({
  ...listenerShape('127.0.0.1:4318'),
  max_compressed_bytes: size()
    .default(4 * 1024 ** 2)
    .describe('The largest body taken, as it comes over the wire.'),
  max_bytes: size()
    .default(64 * 1024 ** 2)
    .describe('The largest body taken, after decompression.'),
});

export default definePlugin({
  kind: 'receiver',
  type: 'otlp',
  stability: 'beta',
  summary: 'Takes OpenTelemetry logs and traces over HTTP, protobuf or JSON, and makes events of them.',
  guarantee:
    'At least once: answered when durable. A byte-identical retry is the same events; a re-batched one only where records carry event.id.',
  config: z.strictObject({
    protocols: z
      .strictObject({ http: httpConfig.describe('OTLP over HTTP.') })
      .describe('The protocols that are served.'),
    keep_all_spans: z
      .boolean()
      .default(false)
      .describe('Keep every span as x.span instead of filtering those that are no event.'),
  }),
  listeners: [['protocols', 'http']],
  create: (config, context): Receiver => {
    let handler: OtlpHandler | undefined;
    const { http } = config.protocols;
    return {
      async start(intake) {
        handler = createHandler(intake, {
          receiver: context.id,
          log: context.log,
          maxCompressedBytes: http.max_compressed_bytes,
          maxBytes: http.max_bytes,
          keepAllSpans: config.keep_all_spans,
        });
        return [await context.listen({ name: endpointName(context.id), listener: http, paths: PATHS, handler })];
      },
      async stop(signal) {
        await handler?.stop(signal);
      },
    };
  },
});

/** `otlp/http` in the ready line; a second receiver keeps its own name before it. */
const endpointName = (id: string): string => `${id}/http`;
