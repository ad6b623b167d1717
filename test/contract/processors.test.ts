import { plugins } from '../../plugins/index.ts';
import { exampleEvents, processorSuite, type ProcessorSuiteOptions } from '../../src/testkit/index.ts';

const order = (number: number): Record<string, unknown> => ({
  category: 'business',
  action: 'checkout_started',
  timestamp: '2026-11-23T10:00:00.000000001Z',
  actor: { id: `u-${number}`, type: 'app_user' },
  object: { type: 'order', id: `o-${number}` },
  data: { orderId: `o-${number}`, contact: 'someone@shop.example', password: 'hunter2' },
});

/** Good ones between such as every stage must refuse, each for another reason. */
const contents = [
  order(1),
  { ...order(2), category: 'gossip' },
  order(3),
  { ...order(4), action: 'Not An Action' },
  { category: 'system', action: 'db_error', outcome: 'error', service: { name: 'shop' }, error: { type: 'E' } },
  { ...order(5), timestamp: 'yesterday' },
  {},
  order(6),
];

const events = exampleEvents(6, (i) => ({
  category: i % 2 === 0 ? 'business' : 'security',
  tenantId: i === 3 ? 'globex' : 'acme',
  data: {
    orderId: `o-${i}`,
    contact: `someone${i}@shop.example`,
    token: `t-${i}`,
    nested: { card: '4111 1111 1111 1111' },
  },
}));

/** What `validate` lets through, and what only `normalize` can refuse. */
const validated = [
  order(1),
  { ...order(2), timestamp: 'yesterday' },
  { ...order(3), traceparent: 'x', nested: { a: 1 } },
];

const attempts = exampleEvents(7, (i) => ({
  category: 'security',
  action: 'unauthorized_access',
  outcome: 'failure',
  actor: { id: `u-${i}`, type: 'user' },
}));

const OPTIONS: Readonly<Record<string, ProcessorSuiteOptions>> = {
  normalize: { contents: validated },
  detect: { events: [...events, ...attempts] },
  tenant_filter: { config: { rules: [{ name: 'no_security', when: { category: 'security' }, then: 'drop' }] } },
};

for (const plugin of plugins.filter((candidate) => candidate.kind === 'processor')) {
  processorSuite(plugin, { contents, events, ...OPTIONS[plugin.type] });
}
