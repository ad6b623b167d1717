// Which group an event belongs to: a function of the event and the policy alone (CORRELATION.md 1).
import { nameBasedId } from '../../../src/event/ids.ts';
import type { CanonicalEvent, CorrelationMethod } from '../../../src/event/schema.ts';
import { createFindKeys, type FindKeys, type FoundKeys } from './find-keys.ts';
import type { KeyPolicy } from './keys.ts';

type Correlation = CanonicalEvent['correlation'];
type Link = NonNullable<Correlation['links']>[number];

interface Group {
  readonly correlationId: string;
  readonly method: CorrelationMethod;
  readonly confidence: number;
}

const MAX_KEYS = 16;
const MAX_LINKS = 32;
const NO_KEYS: FoundKeys = new Map();

export class CorrelationEngine {
  readonly #policy: KeyPolicy;
  readonly #find: FindKeys;

  constructor(policy: KeyPolicy) {
    this.#policy = policy;
    this.#find = createFindKeys(policy);
  }

  /** Sets the event's group, the keys that it was found to carry, and links to the groups of its primary keys. */
  correlate(event: CanonicalEvent): void {
    const { correlation, tenantId } = event;
    const keys = this.#find(event);
    const group = this.#groupOf(event, keys ?? NO_KEYS);
    correlation.correlationId = group.correlationId;
    correlation.method = group.method;
    correlation.confidence = group.confidence;
    if (keys === undefined) return;
    correlation.businessKeys = this.#kept(keys, correlation.businessKeys);
    this.#link(correlation, tenantId, keys);
  }

  #groupOf(event: CanonicalEvent, keys: FoundKeys): Group {
    const { correlation, tenantId, actor, eventId } = event;
    const { correlationId, method, traceId } = correlation;
    if (method === 'explicit') return { correlationId, method, confidence: 1 };
    if (traceId !== undefined) return { correlationId: `trace:${traceId}`, method: 'trace', confidence: 1 };
    const keyed =
      firstKey(this.#policy.primary, keys, tenantId, 'business_key', 0.9) ??
      firstKey(this.#policy.secondary, keys, tenantId, 'secondary_key', 0.6);
    if (keyed !== undefined) return keyed;
    const session = correlation.sessionId ?? actor?.sessionId;
    if (session !== undefined && session !== '')
      return { correlationId: nameBasedId(tenantId, 'session', session), method: 'session', confidence: 0.4 };
    return { correlationId: eventId, method: 'singleton', confidence: 0 };
  }

  /** What the sender named stays; then by priority, as many as there is room for. */
  #kept(keys: FoundKeys, given: Correlation['businessKeys']): Record<string, string> {
    const kept: Record<string, string> = { ...given };
    let count = Object.keys(kept).length;
    for (const type of [...this.#policy.primary, ...this.#policy.secondary]) {
      const value = keys.get(type);
      if (value === undefined || (kept[type] === undefined && count >= MAX_KEYS)) continue;
      if (kept[type] === undefined) count++;
      kept[type] = value;
    }
    return kept;
  }

  #link(correlation: Correlation, tenantId: string, keys: FoundKeys): void {
    const links: Link[] = [...(correlation.links ?? [])];
    const known = new Set([correlation.correlationId, ...links.map((link) => link.correlationId)]);
    for (const type of this.#policy.primary) {
      const value = keys.get(type);
      if (value === undefined || links.length >= MAX_LINKS) continue;
      const correlationId = nameBasedId(tenantId, type, value);
      if (known.has(correlationId)) continue;
      links.push({ correlationId, type: 'business_key', role: type });
    }
    if (links.length > 0) correlation.links = links;
  }
}

const firstKey = (
  types: readonly string[],
  keys: FoundKeys,
  tenantId: string,
  method: CorrelationMethod,
  confidence: number,
): Group | undefined => {
  const type = types.find((candidate) => keys.has(candidate));
  return type === undefined
    ? undefined
    : { correlationId: nameBasedId(tenantId, type, keys.get(type)!), method, confidence };
};
