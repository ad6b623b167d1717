import { definePlugin, listenerShape, z } from '../../../src/sdk/index.ts';
import { createQueryApp } from './app.ts';
import { createListener } from './listen.ts';

const config = z.strictObject({ ...listenerShape('127.0.0.1:4320') });

export default definePlugin({
  kind: 'extension',
  type: 'query',
  stability: 'beta',
  summary: 'Answers questions about stored events over HTTP: by field, text and time, by trace, by correlation.',
  config,
  listeners: [[]],
  create: (listener, context) => createListener(listener, createQueryApp(context), context.listen),
});
