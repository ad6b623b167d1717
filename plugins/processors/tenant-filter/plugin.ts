import { ACTION_PATTERN, CATEGORIES } from '../../../src/event/schema.ts';
import { definePlugin, eachEvent, reject, z } from '../../../src/sdk/index.ts';
import { createDecide } from './decide.ts';
import { createFieldDrop, faultOfPath } from './fields.ts';

/** One value or several. */
const some = <T extends z.ZodType>(value: T) =>
  z.union([value, z.array(value).min(1)]).transform((given): z.output<T>[] => (Array.isArray(given) ? given : [given]));

const action = z
  .string()
  .regex(
    new RegExp(`${ACTION_PATTERN.source.slice(0, -1)}\\.?\\*?$|^\\*$`),
    'expected an action, or its start and a *',
  );

const when = z
  .strictObject({
    tenant: some(z.string().min(1)).optional().describe('Tenant ids.'),
    category: some(z.enum(CATEGORIES)).optional().describe('Categories.'),
    action: some(action).optional().describe('Actions, exactly, or by their start: `x.debug.*`.'),
    environment: some(z.string().min(1)).optional().describe('Values of `service.environment`.'),
    attribute: z
      .record(z.string().min(1), some(z.union([z.string(), z.number(), z.boolean()])))
      .optional()
      .describe('Attributes and the values of which each must have one.'),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, 'give at least one condition; `default` is for the rest');

const name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name in snake_case');

const path = z.string().superRefine((given, context) => {
  const fault = faultOfPath(given);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const config = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        name: name.describe('Told to the sender as the reason, and the label of the metric.'),
        when: when.describe('Every condition must hold; of several values one.'),
        then: z.enum(['drop', 'keep', 'reject']).describe('drop: filtered, the sender is told so; reject: refused.'),
      }),
    )
    .default([])
    .describe('The first rule that matches decides.'),
  fields: z
    .array(
      z.strictObject({
        name: name.describe('Noted on the event, as the rule that dropped them.'),
        when: when.optional().describe('As in a rule; without it, every event.'),
        drop: z
          .array(path)
          .min(1)
          .describe('Paths of fields, e.g. `actor.email`, `data`, `changes.*.before`; `*` is each of a list or map.'),
      }),
    )
    .default([])
    .describe('Fields that are taken off the events that are kept.'),
  default: z.enum(['keep', 'drop']).default('keep').describe('For events that no rule matches.'),
});

export default definePlugin({
  kind: 'processor',
  type: 'tenant_filter',
  stability: 'beta',
  summary: 'Keeps, drops or refuses events by tenant, category, action, environment and attributes; drops fields.',
  config,
  create: ({ rules, fields, default: otherwise }) => {
    const decide = createDecide(rules, otherwise);
    const dropFields = createFieldDrop(fields);
    return eachEvent((event, origin, raw) => {
      if (event.tenantId !== origin.tenant) {
        return reject('TENANT_MISMATCH', '/tenantId', 'is not the tenant of the credential');
      }
      const verdict = decide(event);
      // What another collector has sealed stays as it is.
      if (verdict.verdict === 'pass' && raw.canonical !== true) dropFields?.(event);
      return verdict;
    });
  },
});
