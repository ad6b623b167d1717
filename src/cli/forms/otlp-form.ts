// ExportLogsServiceRequest and ExportTraceServiceRequest in JSON, one in a text or several in an array.
import { parseJson } from '../../event/json.ts';
import { decode } from '../../mapping/otlp/decode/decode.ts';
import type { Signal } from '../../mapping/otlp/decode/request.ts';
import { toSlots } from '../../mapping/otlp/to-slots.ts';
import { drop, isProblem, type RawSlot, reject } from '../../sdk/index.ts';
import type { FormOptions } from './forms.ts';

/** The tenant of everything that a command reads. */
const TENANT = 'default';
const UNBOUNDED = { maxDepth: 1000, maxKeys: Number.POSITIVE_INFINITY };

export const otlpForm = (text: string, options: FormOptions): readonly RawSlot[] => {
  const parsed = parseJson(text, UNBOUNDED);
  if (!('value' in parsed)) return [reject(parsed.code, parsed.path, parsed.message)];
  const { value } = parsed;
  // A retry is found out by the bytes that were sent, so that a request by itself stays as it is.
  if (!Array.isArray(value)) return requestSlots(value, Buffer.from(text), options);
  return value.flatMap((request: unknown) => requestSlots(request, Buffer.from(JSON.stringify(request)), options));
};

const requestSlots = (value: unknown, bytes: Buffer, { receiver, receivedAt }: FormOptions): readonly RawSlot[] => {
  const signal = signalOf(value);
  if (signal === undefined)
    return isMetrics(value)
      ? [drop('not_mapped')]
      : [reject('OTLP_MALFORMED', '', 'must be an object with resourceLogs or resourceSpans')];
  const request = decode(signal, 'json', bytes);
  if (isProblem(request)) return [reject(request.code, '', request.detail ?? request.title)];
  const source = { kind: 'otlp', receiver } as const;
  return toSlots(request, bytes, { tenant: TENANT, source, receivedAt, keepAllSpans: false });
};

const has = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key);

const signalOf = (value: unknown): Signal | undefined => {
  if (has(value, 'resourceLogs')) return 'logs';
  return has(value, 'resourceSpans') ? 'traces' : undefined;
};
const isMetrics = (value: unknown): boolean => has(value, 'resourceMetrics');
