import { plugins } from '../../plugins/index.ts';
import { extensionSuite } from '../../src/testkit/index.ts';

for (const plugin of plugins.filter((candidate) => candidate.kind === 'extension')) {
  extensionSuite(plugin, { config: { endpoint: '127.0.0.1:0' } });
}
