// The rest of the hour: a deployment, somebody who guesses passwords, and the rollback.

const MINUTE_MS = 60_000;

/** Native events, in the order of their times; `now` is the end of the hour. */
export const operationsOf = (now: Date): readonly object[] => {
  const at = (minutesAgo: number): string => new Date(now.getTime() - minutesAgo * MINUTE_MS).toISOString();
  return [deployment(at(52)), ...guesses(at), forbidden(at(14)), rollback(at(1))];
};

const robot = { id: 'deploy-bot', type: 'service_account' };
const storefront = { name: 'storefront', environment: 'demo' };

const deployment = (timestamp: string): object => ({
  category: 'delivery',
  action: 'deploy_completed',
  timestamp,
  outcome: 'success',
  actor: robot,
  service: storefront,
  deployment: {
    id: 'd-318',
    environment: 'demo',
    version: '1.4.2',
    previousVersion: '1.4.1',
    commitSha: '3f9c2ab17de04455c8a1f2a60b1f8f0f4b7f9d21',
    status: 'success',
    url: 'https://deploy.example.com/deployments/d-318',
  },
});

const rollback = (timestamp: string): object => ({
  category: 'delivery',
  action: 'rollback_initiated',
  timestamp,
  actor: { id: 'u-oncall', type: 'user', name: 'On call' },
  service: storefront,
  deployment: {
    id: 'd-319',
    environment: 'demo',
    version: '1.4.1',
    previousVersion: '1.4.2',
    rollbackOf: 'd-318',
    commitSha: '9b1d0c55e2aa4471a0fd3f5b7be3d8cf0a2e6c14',
    status: 'in_progress',
    url: 'https://deploy.example.com/deployments/d-319',
  },
});

const GUESSES = 8;

/** Eight wrong passwords in two minutes, from one address. */
const guesses = (at: (minutesAgo: number) => string): object[] =>
  Array.from({ length: GUESSES }, (_, i) => ({
    category: 'security',
    action: 'unauthorized_access',
    timestamp: at(22 - i / 4),
    outcome: 'failure',
    actor: { id: 'admin@shop.example', type: 'unauthenticated', ip: '203.0.113.7', authMethod: 'password' },
    object: { type: 'account', id: 'admin' },
    service: storefront,
    security: { decision: 'deny', violation: { type: 'authentication_failure', blocked: true } },
    data: { attempt: i + 1, password: `guess-${i + 1}` },
  }));

const forbidden = (timestamp: string): object => ({
  category: 'security',
  action: 'permission_denied',
  timestamp,
  outcome: 'denied',
  actor: { id: 'u-40', type: 'app_user', roles: ['customer'] },
  object: { type: 'report', id: 'revenue-2026-11' },
  service: storefront,
  security: { decision: 'deny', permission: 'reports:read', resource: 'report/revenue-2026-11' },
});

/** Sends them as one batch; rejects where any is refused. */
export const sendOperations = async (http: string, events: readonly object[]): Promise<void> => {
  const answer = await fetch(`http://${http}/v1/events/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  if (answer.status !== 202) throw new Error(`the collector answered ${answer.status}: ${await answer.text()}`);
};
