// For the tests: an event with every place filled, and secrets of every kind. None of them opens anything.
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { createRedactor, type RedactOptions } from './redact.ts';

export const redactorWith = (options: Partial<RedactOptions> = {}): ((event: CanonicalEvent) => CanonicalEvent) => {
  const defaults = { denyKeys: [], pathRules: [], keyRules: [], allowLists: [], disabled: new Set<string>() };
  const redact = createRedactor({ ...defaults, ...options }, (tenant) => Buffer.alloc(32, tenant));
  return (event) => {
    redact(event);
    return event;
  };
};

export const eventWith = (part: Record<string, unknown> = {}): CanonicalEvent => ({
  schemaVersion: '1.0',
  eventId: '018f3a2b-7c1d-7e2f-8a3b-4c5d6e7f8a9b',
  tenantId: 'acme',
  category: 'business',
  action: 'order_failed',
  timestamp: '2025-01-15T10:30:00.123456789Z',
  timestampSource: 'event',
  receivedAt: '2025-01-15T10:30:00.2Z',
  processedAt: '2025-01-15T10:30:00.3Z',
  outcome: 'failure',
  severity: 13,
  correlation: { correlationId: '018f3a2b-7c1d-7e2f-8a3b-4c5d6e7f8a9b', method: 'singleton', confidence: 0 },
  source: { kind: 'api' },
  processing: { pipelineVersion: '0.1.0', attempt: 1, truncated: false },
  integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 100 },
  ...part,
});

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const letters = 'Zq7Rk2Vx9Lm4Tn8Wb3Hc6Jd1Fs5Gp0YaUeXoKi';

/** What stands for itself, wherever it is written. The second part must be gone; without one, the whole. */
export const SHAPED: Readonly<Record<string, readonly [text: string, secret?: string]>> = {
  jwt: [`${base64url({ alg: 'HS256' })}.${base64url({ sub: '42' })}.${letters}`],
  unsignedJwt: [`${base64url({ alg: 'none' })}.${base64url({ sub: 'x' })}.`, base64url({ sub: 'x' })],
  jwtInWords: [
    `session_${base64url({ alg: 'ES256' })}.${base64url({ sub: '7' })}.sig${letters}`,
    base64url({ sub: '7' }),
  ],
  awsKeyId: ['AKIAIOSFODNN7EXAMPLE'],
  awsSessionKeyId: ['ASIAY34FZKBOKMUTVV7A'],
  pem: [
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEow${letters}\n${letters}==\n-----END RSA PRIVATE KEY-----`,
    letters,
  ],
  cutPem: [`-----BEGIN PRIVATE KEY-----\nMIIEvQ${letters}\n${letters}`, letters],
  visa: ['4111 1111 1111 1111'],
  visaDashes: ['4012-8888-8888-1881'],
  mastercard: ['5555555555554444'],
  amex: ['3782 822463 10005'],
  oldVisa: ['4222222222222'],
  diners: ['30569309025904'],
  githubToken: [`ghp_${letters.slice(0, 36)}`],
  githubFineGrained: [`github_pat_${letters}_${letters}`],
  gitlabToken: [`glpat-${letters.slice(0, 20)}`],
  slackToken: ['xoxb-123456789012-abcdefghijkl'],
  stripeKey: [`sk_live_${letters.slice(0, 24)}`],
  googleKey: [`AIza${letters.slice(0, 35)}`],
  npmToken: [`npm_${letters.slice(0, 36)}`],
  sendgridKey: [`SG.${letters.slice(0, 22)}.${letters.slice(0, 22)}AbCdEf`],
  openKey: [`sk-proj-${letters}`],
  ownKey: [`blk_${letters}AbCdE`.slice(0, 47)],
  bearer: [`Bearer ${letters.slice(0, 20)}`, letters.slice(0, 20)],
  hexBearer: ['authorization: bearer 0123456789abcdef', '0123456789abcdef'],
  basic: [`Basic ${Buffer.from('aladdin:opensesame1').toString('base64')}`, 'YWxhZGRpbjpvcGVuc2VzYW1lMQ'],
  urlPassword: ['postgres://app:s3cr3t-Pw@db.internal:5432/orders', 's3cr3t-Pw'],
  queryToken: ['https://api.example.com/cb?access_token=tok3n-abc&state=1', 'tok3n-abc'],
  formBody: ['grant_type=password&username=al&password=hunter2%21', 'hunter2'],
  logLine: ['login failed: password=hunter2-log, retrying', 'hunter2-log'],
  colonLine: ['password: hunter2colon', 'hunter2colon'],
  headerLine: ['Cookie: sid=abc123def; theme=dark', 'abc123def'],
  jsonInLog: ['request body={"password":"hunter2json"} end', 'hunter2json'],
  escapedJsonInLog: ['body={\\"client_secret\\":\\"esc4ped\\"} end', 'esc4ped'],
  nestedJson: ['{"user":{"password":"n3sted"},"ok":true}', 'n3sted'],
  nestedTwice: [JSON.stringify({ body: JSON.stringify({ token: 'tw1ce' }) }), 'tw1ce'],
  repeatedKey: ['{"password":"f1rst","x":1,"password":null}', 'f1rst'],
  encodedQuery: ['/cb?next=https%3A%2F%2Fx.example%3Faccess_token%3Denc0ded', 'enc0ded'],
  email: ['alice.smith@example.com', 'alice.smith'],
  encodedEmail: ['/users/alice.smith%40example.com/orders', 'alice.smith'],
  foreignEmail: ['jürgen.müller@exämple.de', 'jürgen.müller'],
  phone: ['+49 171 5550123', '171 5550'],
  phoneBrackets: ['+1 (555) 010-9999', '010-99'],
};

/** Keys that take their value with them, whatever it looks like. */
export const KEYED: readonly string[] = [
  ...['password', 'Password', 'PASSWD', 'pwd', 'user_password', 'dbPassword', 'passphrase', 'secret', 'clientSecret'],
  ...[
    'client-secret',
    'token',
    'access_token',
    'accessToken',
    'Refresh-Token',
    'id_token',
    'api_key',
    'apiKey',
    'x-api-key',
  ],
  ...['authorization', 'Proxy-Authorization', 'http.request.header.authorization', 'cookie', 'Set-Cookie', 'card'],
  ...['card_number', 'cardNumber', 'cvv', 'CVC', 'private_key', 'privateKey', 'aws_secret_access_key', 'pin', 'otp'],
];
