// The forms in which `convert` writes events. A new form is one line here.
import { encodeBinary } from '../../event/binary.ts';
import { parseJson } from '../../event/json.ts';
import type { CanonicalEvent } from '../../event/schema.ts';
import { toCloudEvent } from '../../mapping/cloudevents/to-cloud-event.ts';
import { toNative } from '../../mapping/native/to-native.ts';
import { toOtlpJson } from '../../mapping/otlp/out/to-otlp-json.ts';

/** Sealed events, one a line, to what is written for them. */
export type OutputForm = (lines: string) => string | Uint8Array;

const UNBOUNDED = { maxDepth: 1000, maxKeys: Number.POSITIVE_INFINITY };

const eventsOf = (lines: string): CanonicalEvent[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (parseJson(line, UNBOUNDED) as { readonly value: CanonicalEvent }).value);

const linesOf = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const canonical: OutputForm = (lines) => lines;

const OUTPUT_FORMS: Readonly<Record<string, OutputForm>> = {
  canonical,
  json: canonical,
  native: (lines) => linesOf(eventsOf(lines).map(toNative)),
  cloudevents: (lines) => linesOf(eventsOf(lines).map(toCloudEvent)),
  /** Several requests, one a line. */
  'otlp-json': (lines) => `${toOtlpJson(eventsOf(lines))}\n`,
  protobuf: (lines) => Buffer.concat(eventsOf(lines).map(encodeBinary)),
};

export const OUTPUT_NAMES: readonly string[] = Object.keys(OUTPUT_FORMS);

/** Undefined for a form that there is not. */
export const outputForm = (name: string): OutputForm | undefined =>
  Object.hasOwn(OUTPUT_FORMS, name) ? OUTPUT_FORMS[name] : undefined;
