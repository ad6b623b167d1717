// From the YAML that a user writes, through the real registry, to what becomes of events.
import { readFileSync } from 'node:fs';
import { lastValueFrom, of } from 'rxjs';
import { expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { RawEvent } from '../../src/event/raw-event.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { EventBatch, type Processor } from '../../src/sdk/index.ts';
import { componentContext, exampleEvent, processorSuite } from '../../src/testkit/index.ts';
import environmentFilter from './environment-filter.ts';

processorSuite(environmentFilter, { config: { keep: ['production'] } });

const configured = async (): Promise<Processor> => {
  const loaded = await loadConfig(
    {
      files: ['environment-filter.yaml'],
      sets: [],
      env: {},
      cwd: import.meta.dirname,
      readText: (path) => readFileSync(path, 'utf8'),
    },
    createRegistry(plugins),
  );
  if (!loaded.ok) throw new Error(loaded.issues.map(({ message }) => message).join('\n'));
  const { plugin, config } = loaded.config.processors.find(({ id }) => id === 'environment_filter')!;
  return plugin.create(config, componentContext());
};

const raw: RawEvent = {
  content: {},
  source: { kind: 'api', receiver: 'http' },
  receivedAt: { seconds: 0, nanos: 0 },
  rawSize: 0,
};

test('keeps production, filters the rest, and says why', async () => {
  const environments = ['production', 'staging', undefined];
  const items = environments.map((environment, slot) => ({
    slot,
    raw,
    event: exampleEvent({ service: { name: 'shop', ...(environment === undefined ? {} : { environment }) } }),
  }));
  const origin = { tenant: 'acme', receiver: 'http', pipeline: 'events', receivedAt: raw.receivedAt };
  const batch = await lastValueFrom(of(new EventBatch(origin, items)).pipe(await configured()));
  expect(batch.items.map(({ slot }) => slot)).toEqual([0]);
  expect([...batch.settled]).toEqual([
    [1, { status: 'filtered', reason: 'environment' }],
    [2, { status: 'filtered', reason: 'environment' }],
  ]);
});
