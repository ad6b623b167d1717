// Writes what is derived from the code: config/schema.json and docs/configuration.md. `npm run generate`.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { plugins } from '../plugins/index.ts';
import { editorSchema } from '../src/config/config-schema.ts';
import { createRegistry } from '../src/registry/registry.ts';
import { configurationGuide } from './configuration-guide.ts';

const ROOT = join(import.meta.dirname, '..');

/** Path from the root to text, formatted as everything else. */
export const generateFiles = async (): Promise<Map<string, string>> => {
  const registry = createRegistry(plugins);
  return new Map([
    ['config/schema.json', await formatted('config/schema.json', JSON.stringify(editorSchema(registry)))],
    ['docs/configuration.md', await formatted('docs/configuration.md', configurationGuide(registry))],
  ]);
};

const formatted = async (path: string, text: string): Promise<string> => {
  const filepath = join(ROOT, path);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
};

if (import.meta.main) {
  for (const [path, text] of await generateFiles()) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
  }
}
