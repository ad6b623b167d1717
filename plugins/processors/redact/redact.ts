// The walk over an event, in place. The clean event is the case that is made fast: one lookup a key, one scan a string.
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { parseJson } from '../../../src/event/json.ts';
import { ALLOW, createActions } from './actions.ts';
import { isCard } from './patterns/card.ts';
import { isContainer, isPairedWith, isRawNumber, type Container } from './container.ts';
import { maskIp } from './ip.ts';
import { CLEAN, createKeyClasses, type KeyClass, type KeyRule } from './key-class.ts';
import { deniedKeys } from './keys.ts';
import { createMetadata } from './metadata.ts';
import { marker, mask } from './methods.ts';
import { type Pattern, PATTERNS } from './patterns/patterns.ts';
import { EVENT_PLACES, type Place, type Places } from './places.ts';
import { allowedAt, compilePaths, descend, ruleAt, type AllowList, type Nodes, type PathRule } from './rules.ts';
import { createScan, endingsOf, GATE } from './patterns/scan.ts';
import { createTextRedactor } from './patterns/text.ts';
import { createTrail } from './trail.ts';

export interface RedactOptions {
  readonly denyKeys: readonly string[];
  readonly pathRules: readonly PathRule[];
  readonly keyRules: readonly KeyRule[];
  readonly allowLists: readonly AllowList[];
  /** Names of patterns that are off; `ip` is one of them. */
  readonly disabled: ReadonlySet<string>;
}
/** The tenant's key for pseudonyms, 32 bytes. */
export type PseudonymKeys = (tenant: string) => Buffer;

const JSON_LAYERS = 4;
const NESTED_JSON_KEYS = 20_000;
const DEEPEST = 64;
const SMALLEST_CARD = 1e12;

export type Redact = (event: CanonicalEvent) => void;

export const createRedactor = (options: RedactOptions, pseudonymKeys: PseudonymKeys): Redact => {
  let tenant = '';
  let layer = 0;
  const denied = deniedKeys(options.denyKeys);
  const isDenied = denied.has;
  const scan = createScan(endingsOf(denied.words));
  const [masksIps, masksEmails] = [!options.disabled.has('ip'), !options.disabled.has('email')];
  const pseudonymKey = () => pseudonymKeys(tenant);
  const patterns = PATTERNS.filter(({ name }) => !options.disabled.has(name));
  const redactText = createTextRedactor(patterns, scan, { isDenied, pseudonymKey });
  const cleaned = (text: string): string => redactText(text, scan(text), ignore);
  const trail = createTrail((step) => (classOf(step).suspect ? cleaned(step) : step));
  const rootNodes = compilePaths(options.pathRules, options.allowLists);
  const classOf = createKeyClasses({
    isDenied,
    masksIps,
    holdsSecret: (key) => cleaned(key) !== key,
    rules: options.keyRules,
  });

  const walk = (
    container: Container,
    places: Places | undefined,
    rest: Place | undefined,
    nodes: Nodes | undefined,
  ): void => {
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
    const below = descend(nodes, key);
    if (below === undefined) return visit(container, key, value, place, undefined);
    const rule = ruleAt(below);
    if (rule?.method === 'keep') return;
    const shown = place === undefined ? renamed(container, key) : key;
    if (rule !== undefined && applyRule(container, shown, value, rule, place)) return;
    if (typeof value !== 'object' && allowedAt(below) !== undefined)
      return visitOutsideList(container, shown, value, below);
    visit(container, shown, container[shown], place, below);
  };

  /** Where an allow-list expects a container stands something else: only JSON text has keys to choose from. */
  const visitOutsideList = (container: Container, key: string, value: unknown, nodes: Nodes): void => {
    const nested = typeof value === 'string' ? parseNested(value) : undefined;
    if (isContainer(nested)) redactNested(container, key, nested, nodes);
    else remove(container, key, ALLOW);
  };

  const visit = (
    container: Container,
    key: string,
    value: unknown,
    place: Place | undefined,
    nodes: Nodes | undefined,
  ): void => {
    if (place === undefined) {
      const about = classOf(key);
      if (about !== CLEAN) return visitByKey(container, key, value, about, nodes);
    }
    visitValue(container, key, value, place, nodes);
  };

  const visitByKey = (
    container: Container,
    key: string,
    value: unknown,
    about: KeyClass,
    nodes: Nodes | undefined,
  ): void => {
    const shown = renamed(container, key);
    if (about.rule?.method === 'keep') return;
    if (about.rule !== undefined && applyRule(container, shown, value, about.rule, undefined)) return;
    if (about.denied || (about.paired && isPairedWith(container, isDenied)))
      return remove(container, shown, 'denied_key');
    const place: Place | undefined = about.ip ? { mode: 'ip' } : undefined;
    visitValue(container, shown, container[shown], place, nodes);
  };

  const visitValue = (
    container: Container,
    key: string,
    value: unknown,
    place: Place | undefined,
    nodes: Nodes | undefined,
  ): void => {
    if (typeof value === 'string') return visitText(container, key, value, place, nodes);
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
    nodes: Nodes | undefined,
  ): void => {
    if (trail.depth() >= DEEPEST) return replace(parent, key, marker('too_deep'), 'too_deep', 'drop');
    if (isRawNumber(value)) return visitNumber(parent, key, value.rawJSON);
    trail.enter(key);
    const allowed = nodes && allowedAt(nodes);
    if (allowed !== undefined) filter(value, allowed, place);
    if (place?.mode === 'changes') visitChanges(value, nodes);
    else if (Array.isArray(value)) visitArray(value, place, nodes);
    else walk(value, place?.fields, place?.rest, nodes);
    trail.leave();
  };

  /** An element is what its array is: `objects` is a list of what `object` is. */
  const visitArray = (array: unknown[], place: Place | undefined, nodes: Nodes | undefined): void => {
    for (let i = 0; i < array.length; i++) {
      const container = array as unknown as Container;
      if (nodes !== undefined) visitByPath(container, String(i), array[i], place ?? ELEMENT, nodes);
      else visitValue(container, String(i), array[i], place, undefined);
    }
  };

  const visitChanges = (changes: Container, nodes: Nodes | undefined): void => {
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

  const visitText = (
    container: Container,
    key: string,
    text: string,
    place: Place | undefined,
    nodes: Nodes | undefined,
  ): void => {
    if (place !== undefined && place.mode !== 'text' && visitTyped(container, key, text, place)) return;
    const gates = scan(text);
    if (gates !== 0) redactFound(container, key, text, gates, nodes);
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

  const redactFound = (
    container: Container,
    key: string,
    text: string,
    gates: number,
    nodes: Nodes | undefined,
  ): void => {
    const nested = (gates & GATE.json) === 0 ? undefined : parseNested(text);
    if (nested !== undefined && redactNested(container, key, nested, nodes)) return;
    const hits = new Set<Pattern>();
    const redacted = redactText(text, gates, (pattern) => hits.add(pattern));
    if (redacted === text) return;
    container[key] = redacted;
    for (const { name, method } of hits) trail.record(key, name, method, text);
  };

  const parseNested = (text: string): unknown => {
    if (layer === JSON_LAYERS || !/^\s*[[{"]/.test(text)) return undefined;
    const parsed = parseJson(text, { maxKeys: NESTED_JSON_KEYS });
    return 'value' in parsed ? parsed.value : undefined;
  };

  /** True where something was found in the parsed form, and its redacted form stands there now. */
  const redactNested = (container: Container, key: string, parsed: unknown, nodes: Nodes | undefined): boolean => {
    const holder: Container = { [key]: parsed };
    const before = trail.count();
    layer++;
    visitValue(holder, key, parsed, undefined, nodes);
    layer--;
    if (trail.count() === before) return false;
    container[key] = JSON.stringify(holder[key]);
    return true;
  };

  /** Takes the secret out of a key; the value stays under what is left of it. */
  const renamed = (container: Container, key: string): string => {
    if (!classOf(key).suspect) return key;
    const hits: Pattern[] = [];
    let shown = redactText(key, scan(key), (pattern) => hits.push(pattern));
    while (shown in container) shown += '_';
    container[shown] = container[key];
    delete container[key];
    for (const { name, method } of hits) trail.record(shown, name, method);
    return shown;
  };

  const { applyRule, filter, hashInPlace, remove, replace } = createActions({ trail, pseudonymKey, renamed });

  const { cleanPaths, hashBusinessKeys } = createMetadata(trail, hashInPlace, cleaned);

  return (event) => {
    tenant = event.tenantId;
    layer = 0;
    trail.reset();
    cleanPaths(event.processing);
    walk(event, EVENT_PLACES, undefined, rootNodes);
    if (trail.count() === 0) return;
    hashBusinessKeys(event);
    event.processing.redactions = [...(event.processing.redactions ?? []), ...trail.records()];
  };
};

const ignore = (): void => {};
const ELEMENT: Place = { mode: 'text' };
