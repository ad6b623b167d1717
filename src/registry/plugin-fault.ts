import { z } from 'zod';
import type { Plugin } from '../sdk/index.ts';
import { KINDS } from './registry.ts';

/** What the engine takes from an exporter's section; a plugin has no options of these names. */
export const EXPORTER_KEYS = ['from', 'on_lag', 'batch', 'retry', 'breaker', 'timeout'] as const;

const isFunction = (value: unknown): boolean => typeof value === 'function';
const text = z.string('must be text').min(1, 'must not be empty');
const declared = z.object(
  {
    kind: z.enum(KINDS, `must be one of: ${KINDS.join(', ')}`),
    type: z.string('must be text').regex(/^[a-z][a-z0-9_]*$/, 'must be in snake_case'),
    stability: z.enum(['experimental', 'beta', 'stable'], 'must be one of: experimental, beta, stable'),
    summary: text,
    config: z.custom<z.ZodObject>((value) => value instanceof z.ZodObject, 'must be a z.strictObject(…)'),
    create: z.custom(isFunction, 'must be a function'),
    guarantee: text.optional(),
    batch: z.object({ maxEvents: z.number(), maxBytes: z.number(), maxWaitMs: z.number() }).optional(),
  },
  'is no plugin',
);

/** Why a value is not a plugin that the engine can run, or undefined. */
export const pluginFault = (value: unknown): string | undefined => {
  const parsed = declared.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? '';
    return path === '' ? 'is no plugin; make it with definePlugin' : `its "${path}" ${issue?.message ?? 'is wrong'}`;
  }
  const { kind, guarantee, batch, config } = parsed.data;
  if ((kind === 'receiver' || kind === 'exporter') && guarantee === undefined) return 'its "guarantee" is missing';
  if (kind !== 'exporter') return undefined;
  if (batch === undefined) return 'its "batch" is missing';
  const taken = EXPORTER_KEYS.find((key) => Object.hasOwn(config.shape, key));
  return taken && `its option "${taken}" is the engine's own`;
};

export const isPlugin = (value: unknown): value is Plugin => pluginFault(value) === undefined;
