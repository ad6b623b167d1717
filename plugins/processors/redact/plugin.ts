import { definePlugin, eachEvent, pass, z } from '../../../src/sdk/index.ts';
import { METHODS } from './methods.ts';
import { PATTERNS } from './patterns.ts';
import { EVENT_PLACES } from './places.ts';
import { createRedactor, type RedactOptions } from './redact.ts';
import type { Rule } from './rules.ts';

const isReachable = (path: string): boolean => EVENT_PLACES.get(path.split('/')[1] ?? '')?.mode !== 'exempt';
const pointer = z
  .string()
  .regex(/^(\/[^/]+)+$/, 'expected a path from the event, e.g. /data/customer/*/phone')
  .refine(isReachable, 'names a field whose format is fixed and that can hold nothing personal');

const rule = z
  .strictObject({
    name: z.string().min(1).max(64).optional().describe('What the record of a redaction says; default the method.'),
    path: pointer.optional().describe('JSON pointer from the event; `*` stands for any one key or index.'),
    keys: z.array(z.string().min(1)).min(1).optional().describe('Keys, wherever they stand in free data.'),
    method: z.enum(METHODS).describe('drop, mask, hash, truncate, or keep: scanned for nothing.'),
    max: z.int().min(1).optional().describe('For truncate: the characters that stay; default 64.'),
  })
  .refine(({ path, keys }) => (path === undefined) !== (keys === undefined), 'give either path or keys');

const switches = Object.fromEntries(
  [...PATTERNS, { name: 'ip', summary: 'IP addresses in fields that are known to hold one, to /24 and /48.' }].map(
    ({ name, summary }) => [name, z.boolean().default(true).describe(summary)],
  ),
);

const config = z.strictObject({
  deny_keys: z
    .array(z.string().min(1))
    .default([])
    .describe('Keys whose values are dropped, beside the built-in ones; compared without case, `_` and `-`.'),
  keep: z.array(pointer).default([]).describe('Paths that stay as they are; short for rules with the method keep.'),
  rules: z.array(rule).default([]).describe('What to do at a path or for a key; the first that names a place decides.'),
  patterns: z.strictObject(switches).prefault({}).describe('Which values are found by their shape.'),
});
type RedactConfig = z.output<typeof config>;

const ruleOf = ({ name, method, max = 64 }: RedactConfig['rules'][number]): Rule => ({
  name: name ?? method,
  method,
  max,
});

const optionsOf = ({ deny_keys, keep, rules, patterns }: RedactConfig): RedactOptions => ({
  denyKeys: deny_keys,
  pathRules: [
    ...keep.map((path) => ({ path, rule: { name: 'keep', method: 'keep' as const, max: 0 } })),
    ...rules.flatMap((entry) => (entry.path === undefined ? [] : [{ path: entry.path, rule: ruleOf(entry) }])),
  ],
  keyRules: rules.flatMap((entry) => (entry.keys === undefined ? [] : [{ keys: entry.keys, rule: ruleOf(entry) }])),
  disabled: new Set(Object.keys(patterns).filter((name) => patterns[name] === false)),
});

export default definePlugin({
  kind: 'processor',
  type: 'redact',
  stability: 'beta',
  summary: 'Drops, masks and hashes secrets and personal data, before anything is written.',
  config,
  create: (options, { keys }) => {
    const redact = createRedactor(optionsOf(options), (tenant) => keys.derive('pseudonym', tenant));
    return eachEvent((event, _origin, raw) => {
      if (raw.canonical !== true) redact(event);
      return pass;
    });
  },
});
