// Writes what is derived from the code: schemas and reference pages. `npm run generate`.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { plugins } from '../plugins/index.ts';
import { editorSchema } from '../src/config/config-schema.ts';
import { createRegistry } from '../src/registry/registry.ts';
import { eventJsonSchema } from '../src/event/schema-docs.ts';
import { configurationGuide } from './configuration-guide.ts';
import { eventsGuide } from './events-guide.ts';

const ROOT = join(import.meta.dirname, '..');

/** Path from the root to text, formatted as everything else. */
export const generateFiles = async (): Promise<Map<string, string>> => {
  const registry = createRegistry(plugins);
  const { canonical, native } = eventJsonSchema();
  const texts = {
    'config/schema.json': JSON.stringify(editorSchema(registry)),
    'docs/configuration.md': configurationGuide(registry),
    'docs/events.md': eventsGuide(),
    'docs/schema/canonical-event.json': JSON.stringify(canonical),
    'docs/schema/native-event.json': JSON.stringify(native),
  };
  const files = Object.entries(texts).map(async ([path, text]) => [path, await formatted(path, text)] as const);
  return new Map(await Promise.all(files));
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
