import { TENANT_PATTERN } from '../../../src/event/schema.ts';
import { definePlugin, listenerShape, type Receiver, secret, size, z } from '../../../src/sdk/index.ts';
import { createHandler, type WebhookHandler } from './listen.ts';

const config = z.strictObject({
  ...listenerShape('127.0.0.1:4319'),
  path: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)+$/, 'expected a path, e.g. /webhooks/github')
    .default('/webhooks/github')
    .describe('Where GitHub sends to; another one for each tenant that shares an endpoint.'),
  secret: secret().describe('The secret of the webhook, with which GitHub signs.'),
  previous_secret: secret()
    .optional()
    .describe('The secret before it, taken too while the webhooks are changed over to the new one.'),
  tenant: z
    .string()
    .regex(TENANT_PATTERN, 'expected a tenant id')
    .default('default')
    .describe('Whose events they are: a webhook carries no credential of this collector.'),
  deploy_workflows: z
    .record(z.string(), z.string().min(1).max(128))
    .default({})
    .describe('Workflows whose completed run is a deployment: name or file path to environment.'),
  max_bytes: size()
    .default(25 * 1024 ** 2)
    .describe('The largest delivery taken; GitHub sends none above 25 MB.'),
});

export default definePlugin({
  kind: 'receiver',
  type: 'github',
  stability: 'beta',
  summary: 'Takes the webhooks of GitHub, signed, and makes delivery and security events of them.',
  guarantee:
    'At most as often as GitHub sends, which never repeats by itself: answered when durable; a redelivery is the same event, by its GUID.',
  config,
  listeners: [[]],
  create: (options, context): Receiver => {
    let handler: WebhookHandler | undefined;
    return {
      async start(intake) {
        const { path, tenant, deploy_workflows: deployWorkflows, max_bytes: maxBytes } = options;
        const secrets = [options.secret, options.previous_secret].flatMap((value) => value?.reveal() ?? []);
        // Tenants may come later, so it is no reason not to start.
        if (!intake.knows(tenant)) context.log.warn('the tenant of this receiver is not configured', { tenant });
        handler = createHandler(intake, {
          receiver: context.id,
          log: context.log,
          clock: context.clock,
          digestKey: context.keys.derive('dead_letter', tenant),
          path,
          tenant,
          secrets,
          deployWorkflows,
          maxBytes,
        });
        return [await context.listen({ name: context.id, listener: options, paths: [path], handler })];
      },
      async stop(signal) {
        await handler?.stop(signal);
      },
    };
  },
});
