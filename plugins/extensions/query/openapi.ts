// What both HTTP APIs are, for machines: this one, and the ingest API of the `http` receiver, which has a port of its own.
import { CATEGORIES, OUTCOMES } from '../../../src/event/schema.ts';
import { MAX_LIMIT } from '../../../src/sdk/index.ts';
import { deadLetterPaths, deadLetterSchemas } from './openapi-dead-letters.ts';
import { ref, schemas, type Json } from './openapi-schemas.ts';

const json = (description: string, schema: Json): Json => ({
  description,
  content: { 'application/json': { schema } },
});
const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
});
const query = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({
  name,
  in: 'query',
  description,
  schema,
});
const pathId = (description: string): Json => ({
  name: 'id',
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', maxLength: 256 },
});

const READ_ANSWERS: Json = {
  401: problem('No valid credential.'),
  403: problem('The credential lacks the scope `read`, or `tenant` names another tenant.'),
  503: problem('The store cannot be read now, or none is configured.'),
};
const time = (what: string): string => `${what}: RFC 3339, or since 1970 in s, ms, µs or ns.`;

const readPaths: Json = {
  '/v1/events': {
    get: {
      operationId: 'queryEvents',
      tags: ['query'],
      summary: 'Events by (timestamp, eventId) descending.',
      parameters: [
        query('tenant', "The credential's own tenant; another one is refused."),
        query('category', 'One of the four categories.', { enum: CATEGORIES }),
        query('action', 'An action, exactly.'),
        query('actor', "An actor's id."),
        query('object', "An object's id, or type:id."),
        query('outcome', 'An outcome.', { enum: OUTCOMES }),
        query('trace', 'A trace id, 32 hexadecimal digits.'),
        query('correlation', 'A correlation id.'),
        query('service', "A service's name."),
        query('text', 'Words, all of which must occur.'),
        query('since', time('Not before')),
        query('until', time('Before')),
        query('limit', 'Events a page.', { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 100 }),
        query('cursor', '`next` of the page before, with the same question.'),
      ],
      responses: {
        200: json('A page. It may be shorter than its limit and still have a next one.', ref('Page')),
        400: problem('A parameter is unknown or not valid, or the cursor is of another question.'),
        ...READ_ANSWERS,
      },
    },
  },
  '/v1/events/{id}': {
    get: {
      operationId: 'findEvent',
      tags: ['query'],
      summary: 'One event.',
      parameters: [pathId('An eventId.')],
      responses: { 200: json('The event.', ref('Event')), 404: problem('No such event.'), ...READ_ANSWERS },
    },
  },
  '/v1/traces/{id}': {
    get: {
      operationId: 'findTrace',
      tags: ['query'],
      summary: 'The events of a trace over all categories, oldest first.',
      parameters: [pathId('A trace id, 32 hexadecimal digits.')],
      responses: { 200: json('The trace.', ref('Trace')), 404: problem('No such trace.'), ...READ_ANSWERS },
    },
  },
  '/v1/correlations/{id}': {
    get: {
      operationId: 'findCorrelation',
      tags: ['query'],
      summary: 'A group with what names it or is only its own, oldest first, and what it is linked to.',
      parameters: [pathId('A correlation id.')],
      responses: { 200: json('The group.', ref('Correlation')), 404: problem('No such group.'), ...READ_ANSWERS },
    },
  },
  ...deadLetterPaths,
  '/openapi.json': {
    get: {
      operationId: 'describe',
      tags: ['query'],
      security: [],
      summary: 'This document.',
      responses: { 200: json('OpenAPI 3.1.', { type: 'object' }) },
    },
  },
};

const INGEST_SERVERS = [{ url: 'http://127.0.0.1:4319', description: 'The `http` receiver, at its default endpoint.' }];
const INGEST_ANSWERS: Json = {
  400: problem('Not parsable, or too deep.'),
  401: problem('No valid credential.'),
  403: problem('The credential is for another tenant, or lacks the scope `ingest`.'),
  413: problem('Too large.'),
  415: problem('The content type or encoding is not taken.'),
  422: problem('No event is valid.'),
  429: problem('The quota is used up for now; Retry-After tells when to come back.'),
  503: problem('Busy or out of disk; Retry-After tells when to come back.'),
};
const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Names what is sent: the same key again is the same events.',
  schema: { type: 'string', maxLength: 256 },
};
const traceparent: Json = {
  name: 'traceparent',
  in: 'header',
  description: "Links the hop; it never overrides the event's own context.",
  schema: { type: 'string' },
};

const CLOUD_EVENT: Json = {
  type: 'object',
  description: 'A CloudEvent 1.0; also in binary mode, by its `ce-` headers.',
  required: ['specversion', 'id', 'source', 'type'],
};

const ingestPaths: Json = {
  '/v1/events': {
    servers: INGEST_SERVERS,
    post: {
      operationId: 'sendEvent',
      tags: ['ingest'],
      summary: 'Takes one event; answers when it is durable.',
      parameters: [idempotencyKey, traceparent],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: ref('NativeEvent') },
          'application/cloudevents+json': { schema: CLOUD_EVENT },
          'application/vnd.betalogs.event.v1+protobuf': {
            schema: { type: 'string', format: 'binary', description: 'A frame: docs/cloudevents.md.' },
          },
        },
      },
      responses: {
        200: json('A duplicate of what is durable, or filtered by policy.', ref('Accepted')),
        202: json('Durable.', ref('Accepted')),
        ...INGEST_ANSWERS,
      },
    },
  },
  '/v1/events/batch': {
    servers: INGEST_SERVERS,
    post: {
      operationId: 'sendEvents',
      tags: ['ingest'],
      summary: 'Takes up to 1,000 events, with an answer each; answers when they are durable.',
      parameters: [idempotencyKey, traceparent],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              oneOf: [
                { type: 'array', items: ref('NativeEvent') },
                {
                  type: 'object',
                  required: ['events'],
                  properties: { events: { type: 'array', items: ref('NativeEvent') } },
                },
              ],
            },
          },
          'application/x-ndjson': { schema: { type: 'string', description: 'One event a line.' } },
          'application/cloudevents-batch+json': { schema: { type: 'array', items: CLOUD_EVENT } },
        },
      },
      responses: {
        202: json('None was rejected.', ref('BatchAnswer')),
        207: json('Some were rejected.', ref('BatchAnswer')),
        ...INGEST_ANSWERS,
      },
    },
  },
};

/** One path may be read here and written there. */
const mergePaths = (a: Json, b: Json): Json =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((path) => [
      path,
      { ...(a[path] as Json), ...operations(b[path] as Json | undefined) },
    ]),
  );
// A server of its own belongs to the operation where the path is shared.
const operations = ({ servers, ...rest }: Json = {}): Json =>
  Object.fromEntries(Object.entries(rest).map(([method, operation]) => [method, { servers, ...(operation as Json) }]));

export const openApi: Json = {
  openapi: '3.1.0',
  info: {
    title: 'Betalogs Collector',
    version: '1',
    description:
      'Reading stored events, and sending them. Answers with errors are RFC 9457 problems with a permanent code.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{ apiKey: [] }],
  paths: mergePaths(readPaths, ingestPaths),
  components: {
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        description: 'A key `blk_…`. Not needed on loopback while no tenants are configured.',
      },
    },
    schemas: { ...schemas, ...deadLetterSchemas },
  },
};
