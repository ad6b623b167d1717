// What the typed fields of an event may hold. A field that is not named here is free: a text to be scanned, or a tree.

/**
 * `exempt`: checked against a format by validation, never scanned. `text`: what is found in it is replaced.
 * `id`: hashed as a whole where anything is found, so that it stays joinable. `section`: an object with a table of its own.
 */
export type Mode = 'exempt' | 'text' | 'id' | 'ip' | 'email' | 'section' | 'changes';
export type Places = ReadonlyMap<string, Place>;
export interface Place {
  readonly mode: Mode;
  readonly fields?: Places;
  /** Holds for the fields that `fields` does not name. */
  readonly rest?: Place;
  /** No event is without it: it is replaced, never removed. */
  readonly required?: true;
}

/** The place of a field of what stands at `place`. */
export const placeOf = (place: Place | undefined, key: string): Place | undefined =>
  place?.fields?.get(key) ?? place?.rest;

const EXEMPT: Place = { mode: 'exempt' };
const ID: Place = { mode: 'id' };
const TEXT: Place = { mode: 'text' };
const NAME: Place = { mode: 'text', required: true };
const REFERENCE: Place = { mode: 'id', required: true };

const places = (entries: Readonly<Record<string, Place>>): Places => new Map(Object.entries(entries));
const section = (entries: Readonly<Record<string, Place>>): Place => ({ mode: 'section', fields: places(entries) });
const requiredSection = (entries: Readonly<Record<string, Place>>): Place => ({ ...section(entries), required: true });

const reference = section({ id: REFERENCE, type: NAME });
const object = section({ type: NAME, id: REFERENCE, name: TEXT, url: TEXT, parent: ID, version: TEXT });
const link = section({ correlationId: REFERENCE, type: TEXT, role: TEXT, traceId: TEXT, spanId: TEXT });

export const EVENT_PLACES: Places = places({
  schemaVersion: EXEMPT,
  eventId: EXEMPT,
  tenantId: EXEMPT,
  category: EXEMPT,
  action: EXEMPT,
  actionType: EXEMPT,
  timestamp: EXEMPT,
  timestampSource: EXEMPT,
  receivedAt: EXEMPT,
  processedAt: EXEMPT,
  outcome: EXEMPT,
  severity: EXEMPT,
  processing: EXEMPT,
  integrity: EXEMPT,
  actor: section({
    id: REFERENCE,
    type: EXEMPT,
    name: TEXT,
    email: { mode: 'email' },
    onBehalfOf: reference,
    sessionId: ID,
    ip: { mode: 'ip' },
    userAgent: TEXT,
  }),
  object,
  objects: object,
  changes: { mode: 'changes' },
  service: section({ name: NAME, namespace: TEXT, version: TEXT, instanceId: TEXT, environment: TEXT }),
  request: section({ id: ID, method: TEXT, path: TEXT, statusCode: EXEMPT, durationMs: EXEMPT }),
  error: section({ class: EXEMPT, type: TEXT, code: TEXT, message: TEXT, retriable: EXEMPT, stack: TEXT }),
  security: section({
    violation: section({ type: EXEMPT, severity: EXEMPT, confidence: EXEMPT, blocked: EXEMPT, policyId: ID }),
    decision: EXEMPT,
  }),
  deployment: section({ id: REFERENCE, environment: NAME, status: NAME }),
  github: section({ deliveryId: REFERENCE, event: NAME }),
  correlation: requiredSection({
    correlationId: REFERENCE,
    method: EXEMPT,
    confidence: EXEMPT,
    traceId: EXEMPT,
    spanId: EXEMPT,
    parentSpanId: EXEMPT,
    traceFlags: EXEMPT,
    businessKeys: { mode: 'section', fields: new Map(), rest: ID },
    causationId: ID,
    sessionId: ID,
    links: link,
  }),
  source: requiredSection({ kind: EXEMPT, eventId: ID }),
});
