// Which group an event belongs to: a function of the event and the policy alone (CORRELATION.md 1).
import { nameBasedId } from '../../../src/event/ids.ts';
import type { CanonicalEvent, CorrelationMethod } from '../../../src/event/schema.ts';
import { createFindKeys, rankedTypes, type FindKeys, type FoundKeys } from './find-keys.ts';
import { derivedTraceOf, isDerivedTrace } from './derived-trace.ts';
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

export class CorrelationEngine {
  readonly #types: readonly string[];
  readonly #primaryTypes: number;
  readonly #find: FindKeys;

  constructor(policy: KeyPolicy) {
    this.#types = rankedTypes(policy);
    this.#primaryTypes = new Set(policy.primary).size;
    this.#find = createFindKeys(policy);
  }

  /** Sets the event's group, the keys that it was found to carry, and links to the groups of its primary keys. */
  correlate(event: CanonicalEvent): void {
    const { correlation, tenantId } = event;
    const keys = this.#find(event);
    const group = this.#groupOf(event, keys);
    correlation.correlationId = group.correlationId;
    correlation.method = group.method;
    correlation.confidence = group.confidence;
    if (keys === undefined) return;
    correlation.businessKeys = this.#kept(keys, correlation.businessKeys);
    this.#link(correlation, tenantId, keys);
  }

  #groupOf(event: CanonicalEvent, keys: FoundKeys | undefined): Group {
    const { correlation, tenantId, actor, eventId } = event;
    const { correlationId, method, traceId } = correlation;
    if (method === 'explicit') return { correlationId, method, confidence: 1 };
    if (traceId !== undefined)
      return {
        correlationId: `trace:${traceId}`,
        method: isDerivedTrace(event, traceId) ? 'derived_trace' : 'trace',
        confidence: 1,
      };
    const derived = derivedTraceOf(event);
    if (derived !== undefined) {
      Object.assign(correlation, derived);
      return { correlationId: `trace:${derived.traceId}`, method: 'derived_trace', confidence: 1 };
    }
    if (keys !== undefined) {
      const id = nameBasedId(tenantId, this.#types[keys.first]!, keys.values[keys.first]!);
      return keys.first < this.#primaryTypes
        ? { correlationId: id, method: 'business_key', confidence: 0.9 }
        : { correlationId: id, method: 'secondary_key', confidence: 0.6 };
    }
    const session = correlation.sessionId ?? actor?.sessionId;
    if (session !== undefined && session !== '')
      return { correlationId: nameBasedId(tenantId, 'session', session), method: 'session', confidence: 0.4 };
    return { correlationId: eventId, method: 'singleton', confidence: 0 };
  }

  /** What the sender named stays; then by priority, as many as there is room for. */
  #kept({ values, first }: FoundKeys, given: Correlation['businessKeys']): Record<string, string> {
    const kept: Record<string, string> = { ...given };
    let count = given === undefined ? 0 : Object.keys(given).length;
    for (let rank = first; rank < values.length; rank++) {
      const type = this.#types[rank]!;
      const value = values[rank];
      if (value === undefined || (kept[type] === undefined && count >= MAX_KEYS)) continue;
      if (kept[type] === undefined) count++;
      kept[type] = value;
    }
    return kept;
  }

  #link(correlation: Correlation, tenantId: string, { values, first }: FoundKeys): void {
    for (let rank = first; rank < this.#primaryTypes; rank++) {
      const value = values[rank];
      const links = correlation.links ?? NO_LINKS;
      if (value === undefined || links.length >= MAX_LINKS) continue;
      const role = this.#types[rank]!;
      const correlationId = nameBasedId(tenantId, role, value);
      if (correlationId === correlation.correlationId || isLinked(links, correlationId)) continue;
      correlation.links = [...links, { correlationId, type: 'business_key', role }];
    }
  }
}

const NO_LINKS: readonly Link[] = [];
const isLinked = (links: readonly Link[], correlationId: string): boolean =>
  links.some((link) => link.correlationId === correlationId);
