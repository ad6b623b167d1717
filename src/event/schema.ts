// The field table of EVENTS.md 2, once: types, checks, JSON Schema and docs all derive from these schemas.
import { z } from 'zod';

/** A string of at most `maxBytes` UTF-8 bytes; the limit is `maxBytes` in the schema's metadata, read by `check.ts`. */
const text = (maxBytes: number) => z.string().meta({ maxBytes });
const url = () => text(2048);

export const TENANT_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
export const ACTION_PATTERN = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;

export const CATEGORIES = ['business', 'system', 'delivery', 'security'] as const;
export const OUTCOMES = [
  'success',
  'failure',
  'denied',
  'error',
  'timeout',
  'cancelled',
  'skipped',
  'pending',
  'unknown',
] as const;
export const ERROR_CLASSES = [
  'timeout',
  'connection',
  'throttling',
  'quota',
  'dependency',
  'database',
  'validation',
  'not_found',
  'conflict',
  'authentication',
  'authorization',
  'resource',
  'configuration',
  'internal',
  'unknown',
] as const;
export const CORRELATION_METHODS = [
  'explicit',
  'trace',
  'derived_trace',
  'business_key',
  'secondary_key',
  'session',
  'singleton',
] as const;
export const SOURCE_KINDS = [
  'api',
  'otlp',
  'cloudevents',
  'cdevents',
  'github',
  'cloudtrail',
  'nats',
  'sqs',
  'replay',
] as const;

const actorRef = { id: text(256), type: z.string().meta({ maxBytes: 64 }) };
export const actor = z
  .object({
    id: text(256),
    type: z.enum(['user', 'app_user', 'service_account', 'api_key', 'system', 'unauthenticated', 'unknown']),
    name: text(256).optional(),
    email: text(320).optional(),
    roles: z.array(text(128)).max(32).optional(),
    onBehalfOf: z.object(actorRef).optional(),
    sessionId: text(256).optional(),
    authMethod: text(64).optional(),
    mfa: z.boolean().optional(),
    ip: text(64).optional(),
    userAgent: text(512).optional(),
  })
  .describe('Who did it.');

export const object = z
  .object({
    type: text(64),
    id: text(256),
    name: text(256).optional(),
    url: url().optional(),
    parent: text(256).optional(),
    version: text(128).optional(),
  })
  .describe('What it was done to.');

export const change = z.object({
  path: text(256),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  redacted: z.boolean().optional(),
});

export const service = z
  .object({
    name: text(255),
    namespace: text(255).optional(),
    version: text(128).optional(),
    instanceId: text(255).optional(),
    environment: text(128).optional(),
  })
  .describe('The service that did it, as OpenTelemetry names it.');

export const request = z
  .object({
    id: text(256).optional(),
    method: text(16).optional(),
    path: text(2048).optional(),
    statusCode: z.int().min(0).max(999).optional(),
    durationMs: z.number().min(0).optional(),
  })
  .describe('The request in whose course it happened; query strings are dropped.');

export const error = z
  .object({
    class: z.enum(ERROR_CLASSES),
    type: text(256).optional(),
    code: text(128).optional(),
    message: text(2048).optional(),
    retriable: z.boolean(),
    dependency: text(256).optional(),
    stackHash: text(128).optional(),
    stack: text(16_384).optional(),
  })
  .describe('What went wrong.');

export const github = z
  .object({
    deliveryId: text(64),
    event: text(64),
    hookAction: text(64).optional(),
    repository: z.object({ id: z.union([z.int(), text(64)]), fullName: text(256), url: url().optional() }).optional(),
    organization: text(128).optional(),
    pullRequest: z
      .object({
        number: z.int().min(1),
        title: text(1024).optional(),
        url: url().optional(),
        author: text(128).optional(),
        mergedBy: text(128).optional(),
        mergeCommitSha: text(64).optional(),
        baseRef: text(256).optional(),
        headRef: text(256).optional(),
        headSha: text(64).optional(),
      })
      .optional(),
    workflow: z
      .object({
        name: text(256).optional(),
        runId: z.union([z.int(), text(64)]),
        runAttempt: z.int().min(1).optional(),
        url: url().optional(),
        conclusion: text(64).optional(),
      })
      .optional(),
    ref: text(256).optional(),
    commitSha: text(64).optional(),
    release: z.object({ tag: text(256), url: url().optional() }).optional(),
    sender: text(128).optional(),
  })
  .describe('The GitHub delivery that it came from.');

export const deployment = z
  .object({
    id: text(256),
    environment: text(128),
    version: text(128).optional(),
    commitSha: text(64).optional(),
    artifact: text(512).optional(),
    status: text(64),
    strategy: text(64).optional(),
    rollbackOf: text(256).optional(),
    previousVersion: text(128).optional(),
    startedAt: text(64).optional(),
    finishedAt: text(64).optional(),
    url: url().optional(),
  })
  .describe('The deployment.');

export const EVIDENCE_TYPES = [
  'pull_request',
  'commit',
  'workflow_run',
  'deployment',
  'release',
  'test_report',
  'approval',
  'artifact',
  'ticket',
  'trace',
  'other',
] as const;
export const evidence = z.object({
  type: z.enum(EVIDENCE_TYPES),
  url: url().regex(/^https:\/\//),
  title: text(1024).optional(),
  id: text(256).optional(),
  digest: text(256).optional(),
  verified: z.boolean(),
});

export const VIOLATION_TYPES = [
  'insufficient_permission',
  'authentication_failure',
  'brute_force',
  'invalid_token',
  'expired_session',
  'unauthenticated_access',
  'cross_tenant_access',
  'privilege_escalation',
  'privilege_reduction',
  'policy_weakened',
  'none',
] as const;
export const security = z
  .object({
    violation: z
      .object({
        type: z.enum(VIOLATION_TYPES),
        severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
        confidence: z.number().min(0).max(1),
        blocked: z.boolean(),
        policyId: text(256).optional(),
      })
      .optional(),
    decision: z.enum(['allow', 'deny', 'challenge']).optional(),
    permission: text(256).optional(),
    resource: text(512).optional(),
    requestedRole: text(256).optional(),
    grantedRole: text(256).optional(),
    dataClassification: text(64).optional(),
  })
  .describe('The security decision and what it violated.');

export const link = z.object({
  correlationId: text(256),
  type: text(64).optional(),
  role: text(64).optional(),
  traceId: text(32).optional(),
  spanId: text(16).optional(),
});
export const correlation = z
  .object({
    correlationId: text(256),
    method: z.enum(CORRELATION_METHODS),
    confidence: z.number().min(0).max(1),
    traceId: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .optional(),
    spanId: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
    parentSpanId: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
    traceFlags: z.int().min(0).max(255).optional(),
    traceState: text(512).optional(),
    businessKeys: z.record(text(64), text(256)).meta({ maxKeys: 16 }).optional(),
    causationId: text(256).optional(),
    sessionId: text(256).optional(),
    links: z.array(link).max(32).optional(),
  })
  .describe('The group that it belongs to, and how that was found (CORRELATION.md).');

export const source = z
  .object({
    kind: z.enum(SOURCE_KINDS),
    name: text(256).optional(),
    eventId: text(256).optional(),
    type: text(256).optional(),
    version: text(64).optional(),
  })
  .describe('Where it came from.');

export const warning = z.object({
  code: text(64),
  path: text(512).optional(),
  detail: text(128)
    .optional()
    .describe('The two values of an `outcome_conflict`; words of the schema, never of the sender.'),
});
export const processing = z.object({
  pipelineVersion: text(64),
  attempt: z.int().min(1),
  truncated: z.boolean(),
  untruncatedSize: z.int().optional(),
  truncatedPaths: z.array(text(512)).max(64).optional(),
  truncatedCount: z.int().optional(),
  redactions: z.array(z.object({ path: text(512), rule: text(128), method: text(32) })).optional(),
  warnings: z.array(warning).optional(),
  late: z.boolean().optional(),
  replayOf: text(64).optional(),
});

export const integrity = z.object({
  contentHash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  fingerprint: text(128).optional(),
  rawSize: z.int().min(0),
});

const scalar = z.union([z.string().meta({ maxBytes: 4096 }), z.number(), z.boolean(), z.null()]);
export const attributes = z
  .record(text(256), z.union([scalar, z.array(scalar).max(1024)]))
  .meta({ maxKeys: 128 })
  .describe('Flat facts: scalars and arrays of scalars.');
export const data = z
  .record(z.string(), z.unknown())
  .meta({ maxDepth: 16, maxLeaves: 1024 })
  .describe("The sender's payload, preserved.");

const instant = text(35).describe('RFC 3339 in UTC with 0 to 9 fractional digits.');
const category = z.enum(CATEGORIES);
const action = z.string().regex(ACTION_PATTERN).meta({ maxBytes: 128 });
const actionType = z.enum(['create', 'read', 'update', 'delete', 'execute', 'authenticate', 'other']);
const severity = z.int().min(1).max(24).describe('OpenTelemetry SeverityNumber.');

/** The one form that leaves `normalize`, is stored, searched, archived and replayed. The order of keys is the order on the wire. */
export const canonicalEvent = z.looseObject({
  schemaVersion: z.string().regex(/^1\.\d+$/),
  eventId: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  tenantId: z.string().regex(TENANT_PATTERN),
  category,
  action,
  actionType: actionType.optional(),
  timestamp: instant,
  timestampOriginal: text(64).optional(),
  timestampSource: z.enum(['event', 'source_header', 'received']),
  receivedAt: instant,
  processedAt: instant,
  outcome: z.enum(OUTCOMES),
  outcomeReason: text(1024).optional(),
  outcomeCode: text(128).optional(),
  severity,
  description: text(1024).optional(),
  actor: actor.optional(),
  object: object.optional(),
  objects: z.array(object).max(64).optional(),
  changes: z.array(change).max(64).optional(),
  service: service.optional(),
  request: request.optional(),
  error: error.optional(),
  github: github.optional(),
  deployment: deployment.optional(),
  evidence: z.array(evidence).max(32).optional(),
  security: security.optional(),
  correlation,
  source,
  data: data.optional(),
  attributes: attributes.optional(),
  processing,
  integrity,
});
export type CanonicalEvent = z.infer<typeof canonicalEvent>;

const sentScalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const sentAttributes = z
  .record(text(256), z.union([sentScalar, z.array(sentScalar).max(1024)]))
  .describe('Flat facts. Texts over 4 KiB and more than 128 keys are cut or refused by `normalize`, as configured.');

/** The body of the native API. What `normalize` derives is never demanded here; `timestamp` is parsed there, in every accepted form. */
export const nativeEvent = z.object({
  tenantId: text(128).optional(),
  category,
  action,
  timestamp: z.union([text(64), z.number()]).optional(),
  source: z
    .union([text(256), source.partial().extend({ kind: z.string().optional() })])
    .optional()
    .describe("The sender's name, or its name, type and version."),
  sourceEventId: text(256).optional(),
  actionType: actionType.optional(),
  actor: actor.extend({ type: actor.shape.type.optional() }).optional(),
  object: object.optional(),
  objects: z.array(object).max(64).optional(),
  changes: z.array(change).max(64).optional(),
  outcome: z.enum(OUTCOMES).optional(),
  outcomeReason: text(1024).optional(),
  outcomeCode: z.union([text(128), z.int()]).optional(),
  severity: severity.optional(),
  description: text(1024).optional(),
  service: service.optional(),
  request: request.optional(),
  error: error.extend({ class: error.shape.class.optional(), retriable: z.boolean().optional() }).optional(),
  github: github.optional(),
  deployment: deployment.optional(),
  evidence: z
    .array(evidence.extend({ verified: z.boolean().optional() }))
    .max(32)
    .optional(),
  security: security
    .extend({
      violation: z
        .object({
          type: z.enum(VIOLATION_TYPES),
          severity: z.enum(['info', 'low', 'medium', 'high', 'critical']).optional(),
          confidence: z.number().min(0).max(1).optional(),
          blocked: z.boolean().optional(),
          policyId: text(256).optional(),
        })
        .optional(),
    })
    .optional(),
  correlation: z
    .object({
      correlationId: text(256).optional(),
      traceId: text(128).optional(),
      spanId: text(128).optional(),
      parentSpanId: text(128).optional(),
      traceFlags: z.int().min(0).max(255).optional(),
      traceparent: text(256).optional(),
      tracestate: text(512).optional(),
      traceState: text(512).optional(),
      businessKeys: z
        .record(text(64), z.union([text(256), z.number()]))
        .meta({ maxKeys: 16 })
        .optional(),
      causationId: text(256).optional(),
      sessionId: text(256).optional(),
      links: z
        .array(link.partial().extend({ traceId: text(128).optional(), spanId: text(128).optional() }))
        .max(32)
        .optional(),
    })
    .optional(),
  data: data.optional(),
  attributes: sentAttributes.optional(),
});
export type NativeEvent = z.infer<typeof nativeEvent>;

export type Category = (typeof CATEGORIES)[number];
export type OutcomeValue = (typeof OUTCOMES)[number];
export type ErrorClass = (typeof ERROR_CLASSES)[number];
export type CorrelationMethod = (typeof CORRELATION_METHODS)[number];
export type SourceKind = (typeof SOURCE_KINDS)[number];
export type Warning = z.infer<typeof warning>;
export type Processing = z.infer<typeof processing>;
