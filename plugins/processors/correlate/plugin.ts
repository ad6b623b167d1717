import { definePlugin, eachEvent, pass, z } from '../../../src/sdk/index.ts';
import { CorrelationEngine } from './correlate.ts';
import { NEVER_KEYS, PRIMARY_KEYS, SECONDARY_KEYS } from './keys.ts';

const keyType = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,63}$/, 'expected a key in camel case, e.g. orderId')
  .refine((type) => !NEVER_KEYS.has(type), 'joins what does not belong together, or is personal: it is never a group');

const HASHED_TYPE = /^[a-z][A-Za-z0-9]{0,63}$/;

const config = z
  .strictObject({
    primary_keys: z
      .array(keyType)
      .default([...PRIMARY_KEYS])
      .describe('Keys that name one process instance, by priority.'),
    secondary_keys: z
      .array(keyType)
      .default([...SECONDARY_KEYS])
      .describe('Keys that take part in several processes, by priority.'),
    paths: z
      .record(
        keyType,
        z.array(z.string().regex(/^[^.]+(\.[^.]+)*$/, 'expected a dotted path, e.g. data.basket.ref')).min(1),
      )
      .default({})
      .describe(
        'More places at which a key is found, as dotted paths from the event, e.g. `orderId: [data.basket.ref]`.',
      ),
    hash_keys: z
      .array(z.string().regex(HASHED_TYPE, 'expected a key in camel case, e.g. orderId'))
      .default([])
      .describe(
        "Keys whose value is personal: the group is formed over the tenant's pseudonym, and `businessKeys` holds it alone.",
      ),
  })
  .refine(
    ({ primary_keys, secondary_keys, paths }) =>
      Object.keys(paths).every((type) => primary_keys.includes(type) || secondary_keys.includes(type)),
    { path: ['paths'], message: 'names a key that is neither primary nor secondary' },
  );

export default definePlugin({
  kind: 'processor',
  type: 'correlate',
  stability: 'beta',
  summary: 'Puts each event into its group: the trace, the business process or the session that it belongs to.',
  config,
  create: ({ primary_keys: primary, secondary_keys: secondary, paths, hash_keys: types }, { keys }) => {
    const pseudonyms = { types, keyOf: (tenant: string) => keys.pseudonymKey(tenant) };
    const engine = new CorrelationEngine({ primary, secondary, paths, pseudonyms });
    return eachEvent((event, _origin, raw) => {
      if (raw.canonical !== true) engine.correlate(event);
      return pass;
    });
  },
});
