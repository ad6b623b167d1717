// Every place of an event that can hold a sender's text, each as the body of a native event with the text planted there.
export type Content = Record<string, unknown>;

const business = (part: Content = {}): Content => ({
  category: 'business',
  action: 'order_failed',
  actor: { id: 'u-1', type: 'user' },
  object: { type: 'order', id: 'o-1' },
  ...part,
});
const system = (part: Content = {}): Content => ({
  category: 'system',
  action: 'db_error',
  service: { name: 'checkout' },
  error: { class: 'database', message: 'x' },
  ...part,
});
const delivery = (part: Content = {}): Content => ({
  category: 'delivery',
  action: 'deploy_completed',
  deployment: { id: 'd-1', environment: 'production', status: 'success' },
  evidence: [{ type: 'other', url: 'https://ci.example.com/1' }],
  ...part,
});
const security = (part: Content = {}): Content => ({
  category: 'security',
  action: 'permission_denied',
  actor: { id: 'u-1', type: 'user' },
  ...part,
});

const actor = (field: string) => (text: string) => business({ actor: { id: 'u', type: 'user', [field]: text } });
const object = (field: string) => (text: string) => business({ object: { type: 'order', id: 'o', [field]: text } });
const service = (field: string) => (text: string) => system({ service: { name: 's', [field]: text } });
const error = (field: string) => (text: string) => system({ error: { class: 'database', [field]: text } });
const request = (field: string) => (text: string) => system({ request: { method: 'GET', [field]: text } });
const correlation = (field: string) => (text: string) => business({ correlation: { [field]: text } });
const deployment = (field: string) => (text: string) =>
  delivery({ deployment: { id: 'd', environment: 'production', status: 'success', [field]: text } });
const evidence = (field: string) => (text: string) =>
  delivery({ evidence: [{ type: 'other', url: 'https://x.example/1', [field]: text }] });
const github = (part: (text: string) => Content) => (text: string) =>
  delivery({ github: { deliveryId: 'd', event: 'push', ...part(text) } });
const data = (part: (text: string) => unknown) => (text: string) => business({ data: { at: part(text) } });

const deep = (text: string, depth: number): unknown => (depth === 0 ? text : { d: deep(text, depth - 1) });
const layers = (text: string, count: number): string =>
  count === 0 ? text : JSON.stringify({ body: layers(text, count - 1) });

export const PLACES: readonly ((text: string) => Content)[] = [
  ...['description', 'outcomeReason', 'outcomeCode', 'sourceEventId', 'source', 'unknownScalar'].map(
    (field) => (text: string) => business({ [field]: text }),
  ),
  ...['id', 'name', 'email', 'sessionId', 'ip', 'userAgent', 'authMethod', 'unknown'].map(actor),
  ...['id', 'name', 'url', 'parent', 'version'].map(object),
  ...['name', 'namespace', 'version', 'instanceId', 'environment'].map(service),
  ...['message', 'stack', 'type', 'code', 'dependency', 'stackHash'].map(error),
  ...['id', 'path'].map(request),
  ...['correlationId', 'sessionId', 'causationId', 'traceState', 'tracestate', 'traceparent', 'traceId'].map(
    correlation,
  ),
  ...['id', 'environment', 'version', 'commitSha', 'artifact', 'strategy', 'rollbackOf', 'startedAt', 'url'].map(
    deployment,
  ),
  ...['url', 'title', 'id', 'digest'].map(evidence),
  (text) => business({ actor: { id: 'u', type: 'user', roles: ['admin', text] } }),
  (text) => business({ actor: { id: 'u', type: 'user', onBehalfOf: { id: text, type: 'user' } } }),
  (text) => business({ objects: [{ type: 'item', id: 'i', name: text }] }),
  (text) =>
    business({
      object: { type: 'order', id: 'o', url: `https://shop.example.com/o?next=${encodeURIComponent(text)}` },
    }),
  (text) => business({ changes: [{ path: text, after: 1 }] }),
  (text) => business({ changes: [{ path: '/note', before: text, after: { deep: [text] } }] }),
  (text) => business({ source: { name: 'shop', type: text, version: '1' } }),
  (text) =>
    system({ error: { class: 'internal', stack: `Error: cannot use ${text}\n    at pay (/srv/app/pay.js:10:7)` } }),
  (text) => system({ error: { class: 'internal', message: `request to ${text} failed, retrying` } }),
  (text) => system({ request: { path: `/orders?q=${encodeURIComponent(text)}` } }),
  github((text) => ({ pullRequest: { number: 1, title: text } })),
  github((text) => ({ repository: { id: 1, fullName: text }, ref: text, sender: text })),
  github((text) => ({ repository: { id: 1, fullName: text }, pullRequest: { number: 7 }, commitSha: text })),
  github((text) => ({ release: { tag: text }, workflow: { runId: 1, name: text, conclusion: text } })),
  (text) => security({ security: { resource: text, permission: text, requestedRole: text } }),
  (text) => security({ security: { violation: { type: 'none', policyId: text }, dataClassification: text } }),
  (text) => business({ correlation: { businessKeys: { orderId: text, own: text } } }),
  (text) => business({ correlation: { links: [{ correlationId: text, role: text }] } }),
  (text) => business({ unknownNested: { note: text } }),
  data((text) => text),
  data((text) => `it said ${text}, then nothing`),
  data((text) => [text, [text]]),
  data((text) => deep(text, 12)),
  data((text) => ({ [text]: 1 })),
  data((text) => ({ [text]: { note: text } })),
  data((text) => layers(text, 1)),
  data((text) => layers(text, 2)),
  data((text) => layers(text, 3)),
  data((text) => JSON.stringify({ [text]: [text] })),
  data((text) => `payload={"note":${JSON.stringify(text)}} end`),
  data((text) => `https://x.example/cb?next=${encodeURIComponent(text)}`),
  data((text) => `https://x.example/cb?next=${encodeURIComponent(encodeURIComponent(text))}`),
  data((text) => ({ name: 'note', value: text })),
  (text) => business({ attributes: { note: text } }),
  (text) => business({ attributes: { notes: ['x', text] } }),
  (text) => business({ attributes: { [text]: 'x' } }),
];

const KEYS = ['password', 'accessToken', 'client-secret', 'Authorization', 'cookie', 'cvv', 'x-api-key', 'private_key'];

/** Places where a key says that the value is a secret, whatever it looks like: the bare value is planted. */
export const KEYED_PLACES: readonly ((secret: string) => Content)[] = [
  ...KEYS.map((key) => (secret: string) => business({ data: { [key]: secret } })),
  ...KEYS.map((key) => (secret: string) => business({ attributes: { [key]: secret } })),
  (secret) => business({ data: { headers: [{ name: 'Authorization', value: secret }] } }),
  (secret) => business({ data: { password: { old: secret, new: [secret] } } }),
  (secret) => business({ data: { body: JSON.stringify({ user: { password: secret } }) } }),
  (secret) => business({ data: { text: `failed with body {"token":"${secret}"}` } }),
  (secret) => business({ changes: [{ path: '/user/password', before: secret, after: `${secret}2` }] }),
  (secret) => business({ changes: [{ path: 'user.apiKey', after: { value: secret } }] }),
  (secret) => system({ error: { class: 'internal', message: `login failed: password=${secret}` } }),
  (secret) => system({ request: { path: `/cb?access_token=${secret}&x=1` } }),
  (secret) => business({ password: secret, secrets: { db: secret } }),
  (secret) => business({ data: { [`password=${secret}`]: 1 } }),
];

/** Refused, each for another reason, with the secret in a value that the answer must not repeat. */
export const REFUSED_PLACES: readonly ((text: string) => Content)[] = [
  (text) => business({ category: text }),
  (text) => business({ action: text }),
  (text) => business({ timestamp: text }),
  (text) => business({ severity: text }),
  (text) => business({ outcome: text }),
  (text) => business({ actor: { id: { text }, type: 'user' } }),
  (text) => business({ actor: { id: 'u', type: text } }),
  (text) => business({ object: text }),
  (text) => business({ attributes: { note: { text } } }),
  (text) => business({ attributes: text }),
  (text) => business({ data: text }),
  (text) => business({ correlation: { businessKeys: text } }),
  (text) => business({ objects: [{ type: 'x', id: text.repeat(20) }] }),
  (text) => security({ security: { decision: text } }),
  (text) => security({ security: { violation: { type: text } } }),
  (text) => delivery({ evidence: [{ type: text, url: text }] }),
];
