// The attributes that have a place of their own in an event (EVENTS.md 7), collected before the event is built.
import { type OtlpValue, rawNumberText } from './decode/request.ts';

const ACTOR = 1;
const OBJECT = 2;
const REQUEST = 4;
const ERROR = 8;
const EVENT = 16;
const TIME = 32;
const DEPLOYMENT = 64;
const DERIVED = 128;

/** Attribute key to the section that it belongs to. */
const SECTIONS = {
  'activity.category': EVENT,
  'activity.action': EVENT,
  'activity.outcome': EVENT,
  'activity.attributes': EVENT,
  'activity.timestamp': TIME,
  'activity.timestamp_original': TIME,
  'activity.timestamp_source': TIME,
  outcome: EVENT,
  'event.id': EVENT,
  'event.name': EVENT,
  'session.id': EVENT,
  'user.id': ACTOR,
  'enduser.id': ACTOR,
  'user.name': ACTOR,
  'user.full_name': ACTOR,
  'user.email': ACTOR,
  'user.roles': ACTOR,
  'enduser.role': ACTOR,
  'client.address': ACTOR,
  'http.client_ip': ACTOR,
  'user_agent.original': ACTOR,
  'http.user_agent': ACTOR,
  'object.type': OBJECT,
  'object.id': OBJECT,
  'object.name': OBJECT,
  'object.url': OBJECT,
  'object.parent': OBJECT,
  'object.version': OBJECT,
  'http.request.id': REQUEST,
  'http.request.method': REQUEST,
  'http.method': REQUEST,
  'url.path': REQUEST,
  'http.target': REQUEST,
  'url.full': REQUEST,
  'http.url': REQUEST,
  'url.query': REQUEST,
  'rpc.service': REQUEST,
  'rpc.method': REQUEST,
  'http.response.status_code': REQUEST,
  'http.status_code': REQUEST,
  'http.server.request.duration': REQUEST,
  'http.client.request.duration': REQUEST,
  'exception.type': ERROR,
  'exception.message': ERROR,
  'exception.stacktrace': ERROR,
  'error.type': ERROR,
  'error.message': ERROR,
  'db.response.status_code': ERROR,
  'deployment.id': DEPLOYMENT,
  'deployment.status': DEPLOYMENT,
  'deployment.environment.name': DEPLOYMENT,
  'deployment.environment': DEPLOYMENT,
  'messaging.message.id': DERIVED,
  'messaging.message_id': DERIVED,
  'messaging.destination.name': DERIVED,
  'messaging.destination': DERIVED,
  'feature_flag.key': DERIVED,
} as const;
type FactName = keyof typeof SECTIONS;

const NAMES = Object.keys(SECTIONS) as FactName[];
const SLOTS: ReadonlyMap<string, number> = new Map(NAMES.map((name, slot) => [name, slot]));

export const isFactKey = (key: string): boolean => SLOTS.has(key);

/** A fact's place, by the attribute's key. Constants, because looking names up cost a tenth of the mapping. */
export const FACT = Object.fromEntries(SLOTS) as Readonly<Record<FactName, number>>;
const SECTION_OF: readonly number[] = NAMES.map((name) => SECTIONS[name]);

/** One record's facts. A `take…` gives the value once, if it fits the field; what nobody takes is left over. */
export class Facts {
  readonly #values: (OtlpValue | undefined)[] = NAMES.map(() => undefined);
  #filled: number[] = [];
  #sections = 0;

  get hasActor(): boolean {
    return (this.#sections & ACTOR) !== 0;
  }
  get hasObject(): boolean {
    return (this.#sections & OBJECT) !== 0;
  }
  get hasRequest(): boolean {
    return (this.#sections & REQUEST) !== 0;
  }
  get hasError(): boolean {
    return (this.#sections & ERROR) !== 0;
  }
  get hasTime(): boolean {
    return (this.#sections & TIME) !== 0;
  }
  get hasDeployment(): boolean {
    return (this.#sections & DEPLOYMENT) !== 0;
  }
  /** Facts from which more is concluded, and which stay attributes. */
  get hasDerived(): boolean {
    return (this.#sections & DERIVED) !== 0;
  }

  /** False if the key has no place of its own. */
  put(key: string, value: OtlpValue): boolean {
    const slot = SLOTS.get(key);
    if (slot === undefined) return false;
    if (this.#values[slot] === undefined) this.#filled.push(slot);
    this.#values[slot] = value;
    this.#sections |= SECTION_OF[slot]!;
    return true;
  }

  peek(fact: number): OtlpValue | undefined {
    return this.#values[fact];
  }

  /** Another value for a fact that is there. */
  replace(fact: number, value: OtlpValue): void {
    this.#values[fact] = value;
  }

  /** The value as it is. */
  take(fact: number): OtlpValue | undefined {
    const value = this.#values[fact];
    this.#values[fact] = undefined;
    return value;
  }

  /** As text, if it is a scalar of 1 to `maxBytes` bytes. */
  takeText(fact: number, maxBytes: number): string | undefined {
    const text = this.peekText(fact, maxBytes);
    if (text !== undefined) this.take(fact);
    return text;
  }

  peekText(fact: number, maxBytes: number): string | undefined {
    const value = this.#values[fact];
    if (value === undefined || value === null) return undefined;
    const text = typeof value === 'object' ? (rawNumberText(value) ?? '') : String(value);
    return text !== '' && fits(text, maxBytes) ? text : undefined;
  }

  /** As a number of 0 to `max`, if it is one or a text of one. */
  takeNumber(fact: number, max: number): number | undefined {
    const number = this.#number(fact, max);
    if (number !== undefined) this.take(fact);
    return number;
  }

  takeInteger(fact: number, max: number): number | undefined {
    return Number.isInteger(this.#number(fact, max)) ? this.takeNumber(fact, max) : undefined;
  }

  #number(fact: number, max: number): number | undefined {
    const value = this.#values[fact];
    const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
    return typeof number === 'number' && number >= 0 && number <= max ? number : undefined;
  }

  /** An array of at most 32 texts, or one text. */
  takeTexts(fact: number, maxBytes: number): string[] | undefined {
    const value = this.peek(fact);
    const list = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(list) || list.length > 32) return undefined;
    if (!list.every((entry) => typeof entry === 'string' && fits(entry, maxBytes))) return undefined;
    this.take(fact);
    return list as string[];
  }

  /** Hands over what was not taken, and is empty for the next record. */
  drain(each: (key: string, value: OtlpValue) => void): void {
    for (const slot of this.#filled) {
      const value = this.#values[slot];
      if (value !== undefined) each(NAMES[slot]!, value);
      this.#values[slot] = undefined;
    }
    this.#filled = [];
    this.#sections = 0;
  }
}

const DIGITS = /^\d{1,9}(?:\.\d{1,9})?$/;

/** UTF-8 needs at most three bytes for each unit of a string: short ones need no count. */
export const fits = (text: string, maxBytes: number): boolean =>
  text.length * 3 <= maxBytes || (text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes);
