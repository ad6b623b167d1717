// What the months' indices are made of. `dynamic: false`: no sender can add a field.
import { indexPatterns } from './months.ts';

/** Raised with every change below; a store with a higher one was set up by a newer program. */
export const TEMPLATE_VERSION = 1;

export interface TemplateOptions {
  readonly prefix: string;
  readonly shards: number;
  readonly replicas: number;
}

export const templateName = (prefix: string): string => `${prefix}events`;

type Field = Readonly<Record<string, unknown>>;
const keyword: Field = { type: 'keyword', ignore_above: 1024 };
const text: Field = { type: 'text' };
const flag: Field = { type: 'boolean' };
const whole: Field = { type: 'integer' };
const real: Field = { type: 'double' };
const flat: Field = { type: 'flat_object' };
// date_nanos begins in 1970: an older instant is kept, and found by `_ns`.
const instant: Field = { type: 'date_nanos', ignore_malformed: true };
const address: Field = { type: 'ip', ignore_malformed: true };
/** Of any shape, kept and not indexed. */
const kept: Field = { type: 'object', enabled: false };

const keywords = (...names: readonly string[]): Readonly<Record<string, Field>> =>
  Object.fromEntries(names.map((name) => [name, keyword]));
const object = (properties: Readonly<Record<string, Field>>): Field => ({ properties });

const link = object(keywords('correlationId', 'type', 'role', 'traceId', 'spanId'));
const subject = object(keywords('type', 'id', 'name', 'url', 'parent', 'version'));

const PROPERTIES: Readonly<Record<string, Field>> = {
  ...keywords('schemaVersion', 'eventId', 'tenantId', 'category', 'action', 'actionType', 'timestampSource'),
  ...keywords('outcome', 'outcomeReason', 'outcomeCode'),
  timestamp: instant,
  receivedAt: instant,
  processedAt: instant,
  severity: { type: 'short' },
  description: text,
  actor: object({
    ...keywords('id', 'type', 'name', 'email', 'roles', 'sessionId', 'authMethod'),
    mfa: flag,
    ip: address,
    onBehalfOf: object(keywords('id', 'type')),
  }),
  object: subject,
  objects: subject,
  changes: {
    type: 'nested',
    properties: { path: keyword, before: kept, after: kept, redacted: flag },
  },
  service: object(keywords('name', 'namespace', 'version', 'instanceId', 'environment')),
  request: object({ ...keywords('id', 'method', 'path'), statusCode: whole, durationMs: real }),
  error: object({
    ...keywords('class', 'type', 'code', 'dependency', 'stackHash'),
    message: text,
    retriable: flag,
  }),
  github: object({
    ...keywords('deliveryId', 'event', 'hookAction', 'organization', 'ref', 'commitSha', 'sender'),
    repository: object(keywords('id', 'fullName')),
    pullRequest: object({ ...keywords('author', 'mergedBy', 'mergeCommitSha', 'headSha'), number: { type: 'long' } }),
    workflow: object(keywords('name', 'runId', 'conclusion')),
    release: object(keywords('tag')),
  }),
  deployment: object(keywords('id', 'environment', 'version', 'commitSha', 'artifact', 'status', 'rollbackOf')),
  evidence: object({ ...keywords('type', 'url', 'id', 'digest'), verified: flag }),
  security: object({
    ...keywords('decision', 'permission', 'resource', 'requestedRole', 'grantedRole', 'dataClassification'),
    violation: object({ ...keywords('type', 'severity', 'policyId'), confidence: real, blocked: flag }),
  }),
  correlation: object({
    ...keywords('correlationId', 'method', 'traceId', 'spanId', 'parentSpanId', 'causationId', 'sessionId'),
    confidence: real,
    businessKeys: flat,
    links: link,
  }),
  source: object(keywords('kind', 'name', 'eventId', 'type', 'version')),
  data: flat,
  attributes: flat,
  processing: object({
    pipelineVersion: keyword,
    truncated: flag,
    late: flag,
    warnings: object(keywords('code')),
  }),
  integrity: object(keywords('contentHash', 'fingerprint')),
  _ns: { type: 'long' },
  // Words that are already parted and folded; which of them, not where.
  _words: { type: 'text', analyzer: 'whitespace', norms: false, index_options: 'docs' },
};

/** The body of `PUT _index_template`. */
export const templateOf = ({ prefix, shards, replicas }: TemplateOptions): object => ({
  index_patterns: indexPatterns(prefix),
  priority: 200,
  version: TEMPLATE_VERSION,
  _meta: { description: 'Activity events, one index a month of their own time.' },
  template: {
    settings: { number_of_shards: shards, number_of_replicas: replicas },
    mappings: { dynamic: false, properties: PROPERTIES },
  },
});
