// Asks each configured store whether it is there; for `validate --connect`.
import type { Component, ConfigIssue } from '../config/checked-config.ts';
import { toIssue } from '../config/issue.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { locate } from '../config/yaml/node.ts';
import type { ComponentContext, ExporterPlugin } from '../sdk/index.ts';

type Valid = Extract<LoadedConfig, { ok: true }>;

const PATIENCE_MS = 10_000;

/** All at once; an issue for each that does not answer. */
export const tryStores = async (
  { config, effective }: Valid,
  contextOf: (id: string) => ComponentContext,
): Promise<readonly ConfigIssue[]> => {
  const tried = await Promise.all(
    config.exporters.map(async (exporter): Promise<ConfigIssue[]> => {
      const trouble = await troubleOf(exporter, contextOf(exporter.id));
      if (trouble === undefined) return [];
      const { place, path } = locate(effective, ['exporters', exporter.id]);
      return [toIssue(place, path, { code: 'CONFIG_CONNECT', message: `cannot connect: ${trouble}` })];
    }),
  );
  return tried.flat();
};

const troubleOf = async (
  { plugin, config }: Component<ExporterPlugin>,
  context: ComponentContext,
): Promise<string | undefined> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = context.clock.schedule(PATIENCE_MS, () => reject(new Error('no answer in 10 s')));
  try {
    await Promise.race([late, Promise.resolve(plugin.probe?.(config, context))]);
    return undefined;
  } catch (error) {
    return wordsOf(error);
  } finally {
    cancel();
  }
};

/** Node tries each address of a host, and an error that is several has no words of its own. */
const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join(', ');
  return error instanceof Error ? error.message : String(error);
};
