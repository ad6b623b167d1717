import { ACTION_PATTERN, CATEGORIES } from '../../../src/event/schema.ts';
import { BUILT_IN_ACTIONS } from '../../../src/event/actions.ts';
import { definePlugin, duration, eachRaw, pass, z } from '../../../src/sdk/index.ts';
import { limits, schemas } from './options.ts';
import { EventValidator } from './validate.ts';

const action = z
  .string()
  .regex(ACTION_PATTERN, 'expected an action in lower case, e.g. invoice_sent')
  .refine((name) => !BUILT_IN_ACTIONS.has(name), 'is built in: its category stands');

const config = z.strictObject({
  unknown_fields: z
    .enum(['lenient', 'strict'])
    .default('lenient')
    .describe(
      'Fields that the schema does not know: lenient keeps them under attributes and data, strict refuses them.',
    ),
  actions: z
    .record(action, z.enum(CATEGORIES))
    .default({})
    .describe('Actions of your own, each with its category, e.g. `invoice_sent: business`.'),
  schemas: schemas(),
  limits: limits(),
  max_future: duration().prefault('24h').describe('An event whose time lies further ahead of its receipt is refused.'),
  max_age: duration().prefault('3650d').describe('An event whose time lies further back is refused.'),
});

export default definePlugin({
  kind: 'processor',
  type: 'validate',
  stability: 'beta',
  summary: 'Refuses what is no sound event, and names every error with its path.',
  stage: 'raw',
  config,
  create: ({ unknown_fields: unknownFields, max_future: maxFutureMs, max_age: maxAgeMs, ...own }) => {
    const validator = new EventValidator({ unknownFields, maxFutureMs, maxAgeMs, ...own });
    return eachRaw((raw, origin) => (raw.canonical === true ? pass : validator.validate(raw, origin)));
  },
});
