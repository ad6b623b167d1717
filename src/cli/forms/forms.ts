// The forms of input that commands read, each a function from one JSON text to slots. A new form is one line here.
import { isJsonProblem, parseJsonItems } from '../../event/json.ts';
import type { Instant } from '../../event/time.ts';
import { mapCdEvent } from '../../mapping/cdevents/map-cd-event.ts';
import { mapCloudEvent } from '../../mapping/cloudevents/map-cloud-event.ts';
import { mapCloudTrail } from '../../mapping/cloudtrail/map-cloud-trail.ts';
import type { MappingContext } from '../../mapping/context.ts';
import { mapGithub } from '../../mapping/github/map-github.ts';
import { mapNative } from '../../mapping/native/map-native.ts';
import { type RawSlot, reject } from '../../sdk/index.ts';
import { UsageError } from '../input.ts';
import { otlpForm } from './otlp-form.ts';

export interface FormOptions {
  /** The command, in the place of a receiver. */
  readonly receiver: string;
  readonly receivedAt: Instant;
  /** `--event`: the type of every GitHub payload. */
  readonly event?: string | undefined;
}

/** One JSON text, a line or a whole document, to its slots in order. Never throws. */
export type InputForm = (text: string, options: FormOptions) => readonly RawSlot[];

type Select = (value: unknown) => readonly unknown[];
type Map = (value: unknown, context: MappingContext, options: FormOptions) => RawSlot;

const jsonForm =
  (select: Select, map: Map): InputForm =>
  (text, options) => {
    const results = parseJsonItems(text, select) ?? [];
    if (isJsonProblem(results)) return [reject(results.code, results.path, results.message)];
    const { receiver, receivedAt } = options;
    const context = { receiver, receivedAt, rawSize: Math.ceil(Buffer.byteLength(text) / Math.max(1, results.length)) };
    return results.map((result) =>
      isJsonProblem(result) ? reject(result.code, result.path, result.message) : map(result.value, context, options),
    );
  };

/** The elements of an array, those under `key` of an object, or the one value. */
const itemsOf =
  (key?: string): Select =>
  (value) => {
    if (Array.isArray(value)) return value;
    const listed = key === undefined ? undefined : fieldOf(value, key);
    return Array.isArray(listed) ? listed : [value];
  };

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

/** `{"events": […]}` is a batch only if nothing stands beside it. */
const nativeItems: Select = (value) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 1
    ? itemsOf('events')(value)
    : itemsOf()(value);

/** A line of `{event, deliveryId?, payload}`, or with `--event` the payload alone. */
const mapDelivery: Map = (value, context, { event: given }) => {
  const event = fieldOf(value, 'event');
  const payload = fieldOf(value, 'payload');
  const deliveryId = fieldOf(value, 'deliveryId');
  if (typeof event === 'string' && payload !== undefined)
    return mapGithub({ event, payload, ...(typeof deliveryId === 'string' && { deliveryId }) }, context);
  if (given !== undefined) return mapGithub({ event: given, payload: value }, context);
  return reject('EVENT_FIELD_REQUIRED', '/event', 'is required beside payload, or name the type with --event');
};

const INPUT_FORMS: Readonly<Record<string, InputForm>> = {
  native: jsonForm(nativeItems, mapNative),
  'otlp-json': otlpForm,
  cloudevents: jsonForm(itemsOf(), (value, context) => mapCloudEvent(value, context)),
  cdevents: jsonForm(itemsOf(), (value, context) => mapCdEvent(value, context)),
  github: jsonForm(itemsOf(), mapDelivery),
  cloudtrail: jsonForm(itemsOf('Records'), mapCloudTrail),
};

/** Throws UsageError for a form that there is not. */
export const formOf = (name: string): InputForm => {
  if (Object.hasOwn(INPUT_FORMS, name)) return INPUT_FORMS[name]!;
  throw new UsageError(`--from: expected one of ${Object.keys(INPUT_FORMS).join(', ')}`);
};
