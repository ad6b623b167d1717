// The forms in which `convert` writes events. A new form is one line here.
import { encodeBinary } from '../../event/binary.ts';
import { parseJson } from '../../event/json.ts';
import type { CanonicalEvent } from '../../event/schema.ts';
import { toCloudEvent } from '../../mapping/cloudevents/to-cloud-event.ts';
import { toNative } from '../../mapping/native/to-native.ts';
import { toOtlpJson } from '../../mapping/otlp/to-otlp-json.ts';

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

/** What is absent here is a form that this build cannot write. */
const OUTPUT_FORMS: Readonly<Record<string, OutputForm | undefined>> = {
  canonical,
  json: canonical,
  native: (lines) => linesOf(eventsOf(lines).map(toNative)),
  cloudevents: toCloudEvent && ((lines) => linesOf(eventsOf(lines).map(toCloudEvent!))),
  /** Several requests, one a line. */
  'otlp-json': toOtlpJson && ((lines) => `${toOtlpJson!(eventsOf(lines))}\n`),
  protobuf: encodeBinary && ((lines) => Buffer.concat(eventsOf(lines).map(encodeBinary!))),
};

export const OUTPUT_NAMES: readonly string[] = Object.keys(OUTPUT_FORMS);

export const isOutputName = (name: string): boolean => Object.hasOwn(OUTPUT_FORMS, name);

export const outputForm = (name: string): OutputForm | undefined =>
  isOutputName(name) ? OUTPUT_FORMS[name] : undefined;
