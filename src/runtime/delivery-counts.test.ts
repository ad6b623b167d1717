import { expect, test } from 'vitest';
import type { ExportOutcome } from '../sdk/index.ts';
import { exampleEvents, storedBatch } from '../testkit/fakes.ts';
import { createDeliveryCounts } from './delivery-counts.ts';

const stored: ExportOutcome = { status: 'stored' };
const dead: ExportOutcome = { status: 'dead', code: 'X', message: 'no' };
const letter = { stage: 'exporter', component: 'pg', code: 'X', message: 'no', tenant: 'acme', attempts: 1 } as const;
const seriesOf = (counts: ReturnType<typeof createDeliveryCounts>) =>
  [...counts.events.series()].map(({ component, label, tenant, count }) => [component, label, tenant, count]);

test('counts what was stored and what must be tried again by tenant; the dead when they are buried', () => {
  const seconds: number[] = [];
  const counts = createDeliveryCounts((taken) => seconds.push(taken));
  const batch = storedBatch(exampleEvents(5, (i) => ({ tenantId: i < 2 ? 'acme' : 'globex' })));
  const outcomes: ExportOutcome[] = [
    stored,
    dead,
    stored,
    { status: 'retry', reason: '' },
    { status: 'stop', reason: '' },
  ];
  counts.attempted({ exporter: 'pg', batch, outcomes, seconds: 0.5, attempt: 1 });
  expect(seconds).toEqual([0.5]);
  counts.buried([letter, { ...letter, stage: 'receiver', component: 'nats', code: 'Y', tenant: '' }]);
  expect(seriesOf(counts)).toEqual([
    ['pg', 'stored', 'acme', 1],
    ['pg', 'stored', 'globex', 1],
    ['pg', 'retry', 'globex', 2],
    ['pg', 'dead', 'acme', 1],
  ]);
  expect([...counts.letters.series()]).toEqual([
    { component: 'exporter', label: 'X', tenant: 'acme', count: 1 },
    { component: 'receiver', label: 'Y', tenant: '', count: 1 },
  ]);
});
