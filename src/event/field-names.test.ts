import { expect, test } from 'vitest';
import { schemaPath } from './field-names.ts';

test.each([
  ['', ''],
  ['/actor/id', '/actor/id'],
  ['/objects/12/name', '/objects/12/name'],
  ['/correlation/businessKeys/alice@example.com', '/correlation/businessKeys/*'],
  ['/data/hunter2/id', '/data/*/id'],
  ['/attributes/a~1b~0', '/attributes/*'],
  ['/security/violation/type', '/security/violation/type'],
  ['/evidence/0/url', '/evidence/0/url'],
  ['/ghp_abc', '/*'],
])('%s is shown as %s', (path, shown) => {
  expect(schemaPath(path)).toBe(shown);
});
