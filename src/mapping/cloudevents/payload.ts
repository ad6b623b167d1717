// The `data` of a CloudEvent: a native event, or a payload of which the sections that are in the native form are lifted.
import { type Fields, isFields } from '../../event/fields.ts';
import { compileCheck } from '../../event/check.ts';
import { ACTION_PATTERN, CATEGORIES, nativeEvent, OUTCOMES } from '../../event/schema.ts';
import type { Draft } from './extensions.ts';
import { own, type Section, textOf } from './fields.ts';

/** The `dataschema` that says: `data` is a native event. */
export const NATIVE_SCHEMA = 'urn:betalogs:event:1';

/** Says `data` itself what it is, in the native API's words? */
export const isNativeData = (data: unknown, dataSchema: string | undefined): data is Fields => {
  if (!isFields(data)) return false;
  if (dataSchema === NATIVE_SCHEMA) return true;
  const { category, action } = data;
  return (
    (CATEGORIES as readonly unknown[]).includes(category) && typeof action === 'string' && ACTION_PATTERN.test(action)
  );
};

const SECTIONS = [
  'actor',
  'object',
  'objects',
  'changes',
  'service',
  'request',
  'error',
  'security',
  'deployment',
  'evidence',
] as const;
const CHECKS = SECTIONS.map((name) => ({
  name,
  check: compileCheck(nativeEvent.shape[name]),
  known: knownKeys(nativeEvent.shape[name].unwrap()),
}));

function knownKeys(schema: object): ReadonlySet<string> | undefined {
  return 'shape' in schema ? new Set(Object.keys(schema.shape as object)) : undefined;
}

/** Takes a copy of the payload apart. A section of another form is the sender's own, and stays. */
export const addPayload = (draft: Draft, data: unknown): void => {
  if (data === null || data === undefined) return;
  if (!isFields(data)) {
    draft.data = { value: data };
    return;
  }
  const rest: Section = { ...data };
  for (const { name, check, known } of CHECKS) {
    const section = own(data, name);
    if (section === undefined || !isKnown(section, known) || check(section).length > 0) continue;
    draft.content[name] = section;
    delete rest[name];
  }
  if (draft.content['error'] === undefined) describeError(draft, own(data, 'error'));
  if ((OUTCOMES as readonly unknown[]).includes(rest['outcome']) && draft.content['outcome'] === undefined) {
    draft.content['outcome'] = rest['outcome'];
    delete rest['outcome'];
  }
  if (Object.keys(rest).length > 0) draft.data = rest;
};

const isKnown = (section: unknown, known: ReadonlySet<string> | undefined): boolean =>
  known === undefined || (isFields(section) && Object.keys(section).some((key) => known.has(key)));

/** An error in a form of the sender's own: what it says in words is taken, and all of it stays in the payload. */
const describeError = ({ content }: Draft, error: unknown): void => {
  const found: Section = {};
  if (isFields(error)) {
    const texts = { type: error['type'] ?? error['name'], code: error['code'], message: error['message'] };
    for (const [field, value] of Object.entries(texts)) {
      const text = textOf(typeof value === 'number' ? String(value) : value, ERROR_BYTES[field]!);
      if (text !== undefined) found[field] = text;
    }
  } else if (textOf(error, ERROR_BYTES['message']!) !== undefined) found['message'] = error;
  if (Object.keys(found).length > 0) content['error'] = found;
};
const ERROR_BYTES: Readonly<Record<string, number>> = { type: 256, code: 128, message: 2048 };
