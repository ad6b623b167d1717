import { plugins } from '../../plugins/index.ts';
import { editorSchema } from '../config/config-schema.ts';
import { createRegistry } from '../registry/registry.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { loadOrReport } from './load-config.ts';

/** JSON Schema of the configuration, for editors; with `--config`, of the plugins that it names as well. */
export const schema = async (args: GlobalArgs, io: CliIo): Promise<number> => {
  const loaded = args.configs.length === 0 ? { registry: createRegistry(plugins) } : await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  io.stdout(`${JSON.stringify(editorSchema(loaded.registry), undefined, 2)}\n`);
  return EXIT.done;
};
