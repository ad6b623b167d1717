// The dead letters' part of the API, for machines.
import { DEAD_LETTER_STAGES, MAX_LIMIT } from '../../../src/sdk/index.ts';
import { ref, type Json } from './openapi-schemas.ts';

const content = (type: string, schema: Json): Json => ({ [type]: { schema } });
const json = (description: string, schema: Json): Json => ({
  description,
  content: content('application/json', schema),
});
const problem = (description: string): Json => ({
  description,
  content: content('application/problem+json', ref('Problem')),
});
const text: Json = { type: 'string' };
const query = (name: string, description: string, schema: Json = text): Json => ({
  name,
  in: 'query',
  description,
  schema,
});
const answers = (scope: string): Json => ({
  401: problem('No valid credential.'),
  403: problem(`The credential lacks the scope \`${scope}\`, or another tenant is named.`),
  503: problem('The dead letters cannot be read now.'),
});

const selected: Json = {
  required: true,
  content: content('application/json', ref('DeadLetterSelection')),
};
const action = (operationId: string, summary: string, scope: string): Json => ({
  post: {
    operationId,
    tags: ['dead letters'],
    summary,
    requestBody: selected,
    responses: {
      200: json('What became of each that fits.', ref('DeadLetterReport')),
      400: problem('The selection is not valid.'),
      413: problem('Too large.'),
      415: problem('Not JSON.'),
      ...answers(scope),
    },
  },
});

export const deadLetterPaths: Json = {
  '/v1/dead-letters': {
    get: {
      operationId: 'listDeadLetters',
      tags: ['dead letters'],
      summary: 'Open dead letters, newest first.',
      parameters: [
        query('tenant', "The credential's own tenant; another one is refused."),
        query('stage', 'Which kind of component gave it up.', { enum: DEAD_LETTER_STAGES }),
        query('code', 'A reason code, exactly.'),
        query('component', "A component's id."),
        query('since', 'Not before: RFC 3339, or since 1970 in s, ms, µs or ns.'),
        query('until', 'Before.'),
        query('limit', 'Letters an answer.', { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 100 }),
      ],
      responses: {
        200: json('The letters.', {
          type: 'object',
          required: ['deadLetters'],
          properties: { deadLetters: { type: 'array', items: ref('DeadLetter') } },
        }),
        400: problem('A parameter is unknown or not valid.'),
        ...answers('read'),
      },
    },
  },
  '/v1/dead-letters/{id}': {
    get: {
      operationId: 'findDeadLetter',
      tags: ['dead letters'],
      summary: 'One open dead letter.',
      parameters: [{ name: 'id', in: 'path', required: true, description: 'Its id.', schema: text }],
      responses: { 200: json('The letter.', ref('DeadLetter')), 404: problem('No such letter.'), ...answers('read') },
    },
  },
  '/v1/dead-letters/retry': action(
    'retryDeadLetters',
    'Sends the events once more, each with its own id and only to the exporter that refused it.',
    'replay',
  ),
  '/v1/dead-letters/drop': action('dropDeadLetters', 'Gives the events up for good.', 'admin'),
};

const integer: Json = { type: 'integer' };
const facts: Json = {
  id: { type: 'string', format: 'uuid' },
  at: text,
  stage: { enum: DEAD_LETTER_STAGES },
  code: text,
  message: text,
  component: text,
  tenant: text,
  attempts: integer,
  eventId: text,
};

export const deadLetterSchemas: Readonly<Record<string, Json>> = {
  DeadLetter: {
    type: 'object',
    required: ['id', 'at', 'stage', 'code', 'message', 'component', 'tenant', 'attempts'],
    properties: { ...facts, event: ref('Event'), size: integer, digest: text },
    description: 'What could not be stored as it is. `size` and `digest` stand in place of what may not be kept.',
  },
  DeadLetterSelection: {
    type: 'object',
    properties: {
      ids: { type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 10_000 },
      tenant: text,
      stage: { enum: DEAD_LETTER_STAGES },
      code: text,
      component: text,
      since: text,
      until: text,
      dryRun: { type: 'boolean', default: false },
    },
    additionalProperties: false,
    description: 'All that is given must fit; nothing given fits every letter of the tenant.',
  },
  DeadLetterReport: {
    type: 'object',
    required: ['matched', 'retried', 'dropped', 'refused', 'unavailable', 'notRetriable', 'results'],
    properties: {
      matched: integer,
      retried: integer,
      dropped: integer,
      refused: integer,
      unavailable: integer,
      notRetriable: integer,
      results: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id', 'status'],
          properties: {
            id: text,
            status: { enum: ['retried', 'refused', 'unavailable', 'not_retriable', 'dropped', 'matched'] },
            code: text,
            message: text,
          },
        },
      },
    },
  },
};
