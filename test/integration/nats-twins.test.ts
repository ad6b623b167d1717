// Receiver and exporter stand alone, so what both need is there twice; here it is held to one text.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, textOf } from '../support/repository.ts';

const FOLDERS = ['plugins/receivers/nats', 'plugins/exporters/nats'];

test.each(['connection.ts', 'stream.ts'])('%s is the same in both', (file) => {
  const texts = FOLDERS.map((folder) => join(folder, file))
    .filter((path) => existsSync(join(ROOT, path)))
    .map(textOf);
  expect(new Set(texts).size).toBeLessThanOrEqual(1);
});
