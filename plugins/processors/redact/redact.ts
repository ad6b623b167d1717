// The walk over an event, in place. The clean event is the case that is made fast: one lookup a key, one scan a string.
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { parseJson } from '../../../src/event/json.ts';
import { createActions } from './actions.ts';
import { isCard } from './card.ts';
import { isContainer, isRawNumber, type Container } from './container.ts';
import { maskIp } from './ip.ts';
import { CLEAN, createKeyClasses, type KeyClass, type KeyRule } from './key-class.ts';
import { deniedKeys } from './keys.ts';
import { marker, mask } from './methods.ts';
import { type Pattern, PATTERNS } from './patterns.ts';
import { EVENT_PLACES, type Place, type Places } from './places.ts';
import { compilePaths, descend, type PathNode, type PathRule } from './rules.ts';
import { createScan, endingsOf, GATE } from './scan.ts';
import { createTextRedactor } from './text.ts';
import { createTrail } from './trail.ts';

export interface RedactOptions {
  readonly denyKeys: readonly string[];
  readonly pathRules: readonly PathRule[];
  readonly keyRules: readonly KeyRule[];
  /** Names of patterns that are off; `ip` is one of them. */
  readonly disabled: ReadonlySet<string>;
}
/** The tenant's key for pseudonyms, 32 bytes. */
export type PseudonymKeys = (tenant: string) => Buffer;

type Nodes = readonly PathNode[] | undefined;

const JSON_LAYERS = 4;
const NESTED_JSON_KEYS = 20_000;
const DEEPEST = 64;
const SMALLEST_CARD = 1e12;
const PAIR_NAMES = ['name', 'key', 'header', 'field', 'Name', 'Key', 'Header', 'Field'];

export const createRedactor = (
  options: RedactOptions,
  pseudonymKeys: PseudonymKeys,
): ((event: CanonicalEvent) => void) => {
  let tenant = '';
  let layer = 0;
  const trail = createTrail();
  const denied = deniedKeys(options.denyKeys);
  const isDenied = denied.has;
  const scan = createScan(endingsOf(denied.words));
  const masksIps = !options.disabled.has('ip');
  const masksEmails = !options.disabled.has('email');
  const pseudonymKey = (): Buffer => pseudonymKeys(tenant);
  const patterns = PATTERNS.filter(({ name }) => !options.disabled.has(name));
  const redactText = createTextRedactor(patterns, scan, { isDenied, pseudonymKey });
  const root = compilePaths(options.pathRules);
  const rootNodes: Nodes = root && [root];
  const classOf = createKeyClasses({
    isDenied,
    masksIps,
    holdsSecret: (key) => redactText(key, scan(key), ignore) !== key,
    rules: options.keyRules,
  });
  const { applyRule, hashInPlace, remove, replace } = createActions(trail, pseudonymKey);

  const walk = (container: Container, places: Places | undefined, rest: Place | undefined, nodes: Nodes): void => {
    for (const key in container) {
      // Half of an event's fields are not there; asking for that first spares them the lookup.
      const value = container[key];
      if (value === undefined) continue;
      const place = places?.get(key) ?? rest;
      if (place?.mode === 'exempt') continue;
      if (nodes !== undefined) visitByPath(container, key, value, place, nodes);
      else visit(container, key, value, place, undefined);
    }
  };

  const visitByPath = (
    container: Container,
    key: string,
    value: unknown,
    place: Place | undefined,
    nodes: Nodes,
  ): void => {
    const below = nodes && descend(nodes, key);
    if (below?.some((node) => node.keep)) return;
    const rule = below?.find((node) => node.rule !== undefined)?.rule;
    if (rule !== undefined && applyRule(container, key, value, rule, place)) return;
    visit(container, key, container[key], place, below);
  };

  const visit = (container: Container, key: string, value: unknown, place: Place | undefined, nodes: Nodes): void => {
    if (place === undefined) {
      const about = classOf(key);
      if (about !== CLEAN) return visitByKey(container, key, value, about, nodes);
    }
    visitValue(container, key, value, place, nodes);
  };

  const visitByKey = (container: Container, key: string, value: unknown, about: KeyClass, nodes: Nodes): void => {
    const shown = about.suspect ? renamed(container, key) : key;
    if (about.rule?.method === 'keep') return;
    if (about.rule !== undefined && applyRule(container, shown, value, about.rule, undefined)) return;
    if (about.denied || (about.paired && hasDeniedName(container))) return remove(container, shown, 'denied_key');
    const place: Place | undefined = about.ip ? { mode: 'ip' } : undefined;
    visitValue(container, shown, container[shown], place, nodes);
  };

  const visitValue = (
    container: Container,
    key: string,
    value: unknown,
    place: Place | undefined,
    nodes: Nodes,
  ): void => {
    if (typeof value === 'string') return visitText(container, key, value, place);
    if (isContainer(value)) return visitContainer(container, key, value, place, nodes);
    if (typeof value === 'number' && value >= SMALLEST_CARD) visitNumber(container, key, String(value));
  };

  const visitNumber = (container: Container, key: string, digits: string): void => {
    if (options.disabled.has('card') || !isCard(digits)) return;
    replace(container, key, marker('card'), 'card', 'drop');
  };

  const visitContainer = (
    parent: Container,
    key: string,
    value: Container,
    place: Place | undefined,
    nodes: Nodes,
  ): void => {
    if (trail.depth() >= DEEPEST) return replace(parent, key, marker('too_deep'), 'too_deep', 'drop');
    if (isRawNumber(value)) return visitNumber(parent, key, value.rawJSON);
    trail.enter(key);
    if (place?.mode === 'changes') visitChanges(value, nodes);
    else if (Array.isArray(value)) visitArray(value, place, nodes);
    else walk(value, place?.fields, place?.rest, nodes);
    trail.leave();
  };

  /** An element is what its array is: `objects` is a list of what `object` is. */
  const visitArray = (array: unknown[], place: Place | undefined, nodes: Nodes): void => {
    for (let i = 0; i < array.length; i++) {
      const container = array as unknown as Container;
      if (nodes !== undefined) visitByPath(container, String(i), array[i], place ?? ELEMENT, nodes);
      else visitValue(container, String(i), array[i], place, undefined);
    }
  };

  const visitChanges = (changes: Container, nodes: Nodes): void => {
    for (const index in changes) {
      const change = changes[index];
      if (!isContainer(change)) continue;
      const before = trail.count();
      trail.enter(index);
      const path = typeof change['path'] === 'string' ? change['path'] : '';
      if (path.split(/[./[\]]+/).some(isDenied)) removeSides(change);
      walk(change, undefined, undefined, nodes && descend(nodes, index));
      trail.leave();
      if (trail.count() > before) change['redacted'] = true;
    }
  };

  const removeSides = (change: Container): void => {
    for (const side of ['before', 'after']) if (side in change) remove(change, side, 'denied_key');
  };

  const visitText = (container: Container, key: string, text: string, place: Place | undefined): void => {
    if (place !== undefined && place.mode !== 'text' && visitTyped(container, key, text, place)) return;
    const gates = scan(text);
    if (gates !== 0) redactFound(container, key, text, gates);
  };

  /** True where the field's type already decided. */
  const visitTyped = (container: Container, key: string, text: string, place: Place): boolean => {
    if (place.mode === 'id') return visitId(container, key, text);
    if (place.mode === 'ip') return masksIps && maskAs(container, key, text, maskIp(text), 'ip');
    if (place.mode === 'email')
      return masksEmails && text.includes('@') && maskAs(container, key, text, mask(text), 'email');
    return false;
  };

  const maskAs = (
    container: Container,
    key: string,
    text: string,
    masked: string | undefined,
    rule: string,
  ): boolean => {
    if (masked === undefined) return false;
    if (masked !== text) replace(container, key, masked, rule, 'mask');
    return true;
  };

  const visitId = (container: Container, key: string, text: string): boolean => {
    const gates = scan(text);
    const found = isDenied(key) ? 'denied_key' : gates === 0 ? undefined : firstFound(text, gates);
    if (found !== undefined) hashInPlace(container, key, text, found);
    return true;
  };

  const firstFound = (text: string, gates: number): string | undefined => {
    let found: string | undefined;
    redactText(text, gates, ({ name }) => (found ??= name));
    return found;
  };

  const redactFound = (container: Container, key: string, text: string, gates: number): void => {
    const nested = (gates & GATE.json) === 0 ? undefined : redactNested(key, text);
    if (nested !== undefined) {
      container[key] = nested;
      return;
    }
    const hits = new Set<Pattern>();
    const redacted = redactText(text, gates, (pattern) => hits.add(pattern));
    if (redacted === text) return;
    container[key] = redacted;
    for (const { name, method } of hits) trail.record(key, name, method);
  };

  /** JSON in a string: its redacted form, or undefined where it is none or nothing was found in its parsed form. */
  const redactNested = (key: string, text: string): string | undefined => {
    if (layer === JSON_LAYERS || !/^\s*[[{"]/.test(text)) return undefined;
    const parsed = parseJson(text, { maxKeys: NESTED_JSON_KEYS });
    if (!('value' in parsed)) return undefined;
    const holder: Container = { [key]: parsed.value };
    const before = trail.count();
    layer++;
    visitValue(holder, key, parsed.value, undefined, undefined);
    layer--;
    return trail.count() === before ? undefined : JSON.stringify(holder[key]);
  };

  /** Takes the secret out of a key; the value stays under what is left of it. */
  const renamed = (container: Container, key: string): string => {
    const hits: Pattern[] = [];
    let shown = redactText(key, scan(key), (pattern) => hits.push(pattern));
    if (shown === key) return key;
    while (shown in container) shown += '_';
    container[shown] = container[key];
    delete container[key];
    for (const { name, method } of hits) trail.record(shown, name, method);
    return shown;
  };

  const hasDeniedName = (container: Container): boolean =>
    PAIR_NAMES.some((name) => typeof container[name] === 'string' && isDenied(container[name]));

  /** What was taken out elsewhere must not stay readable as a business key. */
  const hashBusinessKeys = (event: CanonicalEvent): void => {
    const keys = event.correlation.businessKeys;
    if (keys === undefined) return;
    trail.enter('correlation');
    trail.enter('businessKeys');
    for (const [key, value] of Object.entries(keys)) {
      const rule = trail.ruleThatTook(value);
      if (rule !== undefined) hashInPlace(keys, key, value, rule);
    }
    trail.leave();
    trail.leave();
  };

  return (event) => {
    tenant = event.tenantId;
    layer = 0;
    trail.reset();
    walk(event, EVENT_PLACES, undefined, rootNodes);
    if (trail.count() === 0) return;
    hashBusinessKeys(event);
    event.processing.redactions = [...(event.processing.redactions ?? []), ...trail.records()];
  };
};

const ignore = (): void => {};
const ELEMENT: Place = { mode: 'text' };
