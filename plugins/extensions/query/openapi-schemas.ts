// The bodies that both HTTP APIs take and give, as JSON Schema.
import { CATEGORIES, OUTCOMES } from '../../../src/event/schema.ts';

export type Json = Readonly<Record<string, unknown>>;

export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const event: Json = {
  type: 'object',
  required: ['schemaVersion', 'eventId', 'tenantId', 'category', 'action', 'timestamp', 'outcome', 'correlation'],
  properties: {
    schemaVersion: { type: 'string', pattern: '^1\\.' },
    eventId: { type: 'string', format: 'uuid' },
    tenantId: { type: 'string' },
    category: { enum: CATEGORIES },
    action: { type: 'string' },
    timestamp: { type: 'string', description: 'RFC 3339 in UTC, up to nanoseconds.' },
    receivedAt: { type: 'string' },
    outcome: { enum: OUTCOMES },
    severity: { type: 'integer', minimum: 1, maximum: 24 },
    correlation: { type: 'object', required: ['correlationId', 'method', 'confidence'] },
    linkedBy: ref('LinkedBy'),
  },
  additionalProperties: true,
  description: 'A canonical event as it was sealed. Integers may go beyond 2^53.',
};
const text: Json = { type: 'string' };
const eventIds: Json = { type: 'array', items: text };
const events: Json = { type: 'array', items: ref('Event') };
const truncated: Json = {
  type: 'boolean',
  description: 'The group is larger than an answer; these are its newest events.',
};

export const schemas: Json = {
  Event: event,
  LinkedBy: {
    description: 'Why an event stands in a group that is not its own: a link of its, or a key that is the group’s.',
    oneOf: [
      {
        type: 'object',
        required: ['kind', 'correlationId'],
        properties: { kind: { const: 'link' }, correlationId: { type: 'string' }, type: { type: 'string' } },
      },
      {
        type: 'object',
        required: ['kind', 'correlationId', 'type', 'value'],
        properties: { kind: { const: 'key' }, correlationId: text, type: text, value: text },
      },
    ],
  },
  GroupLink: {
    description: 'What a group is linked to and does not hold: events by their ids, newest first, at most 100.',
    oneOf: [
      {
        type: 'object',
        required: ['type', 'key', 'correlationId', 'eventIds'],
        properties: {
          type: { enum: ['package', 'shared_key', 'same_session'] },
          key: { type: 'object', required: ['type', 'value'], properties: { type: text, value: text } },
          correlationId: { type: 'string', description: 'The group of what has only this key.' },
          hub: { const: true, description: 'Too much carries the key: it is named, and its events are not.' },
          eventIds,
        },
      },
      {
        type: 'object',
        required: ['type', 'deployEventId', 'service', 'environment', 'eventIds'],
        properties: {
          type: { const: 'after_deployment' },
          deployEventId: text,
          service: text,
          environment: text,
          eventIds,
        },
      },
    ],
  },
  Page: {
    type: 'object',
    required: ['events', 'next'],
    properties: { events, next: { type: ['string', 'null'] } },
  },
  Trace: {
    type: 'object',
    required: ['traceId', 'events'],
    properties: { traceId: { type: 'string' }, events, truncated },
  },
  Correlation: {
    type: 'object',
    required: ['correlationId', 'events', 'links'],
    properties: {
      correlationId: { type: 'string' },
      events,
      links: { type: 'array', items: ref('GroupLink') },
      truncated,
    },
  },
  NativeEvent: {
    type: 'object',
    required: ['category', 'action'],
    properties: {
      category: { enum: CATEGORIES },
      action: { type: 'string' },
      timestamp: { type: ['string', 'number'] },
      actor: { type: 'object', required: ['id'] },
      object: { type: 'object', required: ['type', 'id'] },
      data: { type: 'object' },
      attributes: { type: 'object' },
    },
    additionalProperties: true,
    description: "What is sent; the event guide has every field. The tenant is the credential's.",
  },
  Accepted: {
    type: 'object',
    required: ['status'],
    properties: {
      eventId: { type: 'string' },
      status: { enum: ['accepted', 'duplicate', 'filtered'] },
      correlationId: { type: 'string' },
      reason: { type: 'string' },
    },
  },
  BatchAnswer: {
    type: 'object',
    required: ['accepted', 'rejected', 'results'],
    properties: {
      accepted: { type: 'integer' },
      rejected: { type: 'integer' },
      results: {
        type: 'array',
        items: {
          type: 'object',
          required: ['index', 'status'],
          properties: {
            index: { type: 'integer' },
            status: { enum: ['accepted', 'duplicate', 'rejected', 'filtered'] },
            eventId: { type: 'string' },
            error: ref('EventError'),
            errors: { type: 'array', items: ref('EventError') },
          },
        },
      },
    },
  },
  EventError: {
    type: 'object',
    required: ['code', 'path', 'message'],
    properties: { code: { type: 'string' }, path: { type: 'string' }, message: { type: 'string' } },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'code'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string', description: 'Permanent.' },
      errors: { type: 'array', items: ref('EventError') },
    },
    description: 'RFC 9457.',
  },
};
