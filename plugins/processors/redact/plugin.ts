import { CATEGORIES } from '../../../src/event/schema.ts';
import { definePlugin, eachEvent, pass, z } from '../../../src/sdk/index.ts';
import { METHODS } from './methods.ts';
import { PATTERNS } from './patterns/patterns.ts';
import { EVENT_PLACES } from './places.ts';
import { createPolicyRedactor, type Policy } from './policies.ts';
import type { RedactOptions } from './redact.ts';
import type { Rule } from './rules.ts';

const TENANT = /^(?:\*|[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\*?)$/;

const isReachable = (path: string): boolean => EVENT_PLACES.get(path.split('/')[1] ?? '')?.mode !== 'exempt';
const pointer = z
  .string()
  .regex(/^(\/[^/]+)+$/, 'expected a path from the event, e.g. /data/customer/*/phone')
  .refine(isReachable, 'names a field whose format is fixed and that can hold nothing personal');

const rule = z
  .strictObject({
    name: z.string().min(1).max(64).optional().describe('What the record of a redaction says; default the method.'),
    path: pointer
      .optional()
      .describe('JSON pointer from the event; `*` stands for any one key or index, `**` for any number of them.'),
    keys: z.array(z.string().min(1)).min(1).optional().describe('Keys, wherever they stand in free data.'),
    method: z.enum(METHODS).describe('drop, mask, hash, truncate, or keep: scanned for nothing.'),
    max: z.int().min(1).optional().describe('For truncate: the characters that stay; default 64.'),
  })
  .refine(({ path, keys }) => (path === undefined) !== (keys === undefined), 'give either path or keys');

const summaries = [
  ...PATTERNS,
  { name: 'ip', summary: 'IP addresses in fields that are known to hold one, to /24 and /48.' },
];
const switches = Object.fromEntries(
  summaries.map(({ name, summary }) => [name, z.boolean().default(true).describe(summary)]),
);
const ownSwitches = Object.fromEntries(
  summaries.map(({ name, summary }) => [name, z.boolean().optional().describe(summary)]),
);

const allowList = z.strictObject({
  path: pointer.describe('A container, or a list of them, as a path like those of rules.'),
  keys: z.array(z.string().min(1)).describe('The keys that stay there; they are scanned like everything else.'),
});

const shape = {
  deny_keys: z
    .array(z.string().min(1))
    .default([])
    .describe('Keys whose values are dropped, beside the built-in ones; compared without case, `_` and `-`.'),
  keep: z.array(pointer).default([]).describe('Paths that stay as they are; short for rules with the method keep.'),
  allow: z.array(allowList).default([]).describe('Containers of which only the named keys stay.'),
  rules: z.array(rule).default([]).describe('What to do at a path or for a key; the first that names a place decides.'),
};

const policy = z.strictObject({
  tenants: z
    .array(z.string().regex(TENANT, 'expected a tenant id, or its start and a *'))
    .min(1)
    .optional()
    .describe('Tenant ids, or their start and a `*`; default all.'),
  categories: z.array(z.enum(CATEGORIES)).min(1).optional().describe('Default all.'),
  ...shape,
  patterns: z.strictObject(ownSwitches).default({}).describe('Patterns that are on or off here.'),
});

const config = z.strictObject({
  ...shape,
  patterns: z.strictObject(switches).prefault({}).describe('Which values are found by their shape.'),
  policies: z
    .array(policy)
    .default([])
    .describe('More for some tenants and categories: it goes before what stands here for all.'),
});
type RedactConfig = z.output<typeof config>;

const ruleOf = ({ name, method, max = 64 }: RedactConfig['rules'][number]): Rule => ({
  name: name ?? method,
  method,
  max,
});

const optionsOf = ({
  deny_keys,
  keep,
  allow,
  rules,
}: Pick<RedactConfig, keyof typeof shape>): Omit<RedactOptions, 'disabled'> => ({
  denyKeys: deny_keys,
  pathRules: [
    ...keep.map((path) => ({ path, rule: { name: 'keep', method: 'keep' as const, max: 0 } })),
    ...rules.flatMap((entry) => (entry.path === undefined ? [] : [{ path: entry.path, rule: ruleOf(entry) }])),
  ],
  keyRules: rules.flatMap((entry) => (entry.keys === undefined ? [] : [{ keys: entry.keys, rule: ruleOf(entry) }])),
  allowLists: allow,
});

const policyOf = ({ tenants, categories, patterns, ...rest }: RedactConfig['policies'][number]): Policy => ({
  tenants,
  categories,
  options: optionsOf(rest),
  patterns: Object.fromEntries(Object.entries(patterns).filter(([, isOn]) => isOn !== undefined)) as Policy['patterns'],
});

export default definePlugin({
  kind: 'processor',
  type: 'redact',
  stability: 'beta',
  summary: 'Drops, masks and hashes secrets and personal data, before anything is written.',
  config,
  create: (options, { keys }) => {
    const disabled = new Set(Object.keys(options.patterns).filter((name) => options.patterns[name] === false));
    const base = { ...optionsOf(options), disabled };
    const redact = createPolicyRedactor(base, options.policies.map(policyOf), (tenant) => keys.pseudonymKey(tenant));
    return eachEvent((event, _origin, raw) => {
      if (raw.canonical !== true) redact(event);
      return pass;
    });
  },
});
