import type { OutcomeValue } from './schema.ts';

const HTTP: ReadonlyMap<number, OutcomeValue> = new Map<number, OutcomeValue>([
  [202, 'pending'],
  [401, 'denied'],
  [403, 'denied'],
  [408, 'timeout'],
  [429, 'error'],
  [499, 'cancelled'],
  [504, 'timeout'],
]);

export const outcomeOfHttp = (status: number | undefined): OutcomeValue | undefined => {
  if (status === undefined || status < 200 || status > 599) return undefined;
  const special = HTTP.get(status);
  if (special !== undefined) return special;
  if (status < 400) return 'success';
  return status < 500 ? 'failure' : 'error';
};

/** By code. */
const GRPC: readonly (readonly [name: string, OutcomeValue])[] = [
  ['OK', 'success'],
  ['CANCELLED', 'cancelled'],
  ['UNKNOWN', 'error'],
  ['INVALID_ARGUMENT', 'failure'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['NOT_FOUND', 'failure'],
  ['ALREADY_EXISTS', 'failure'],
  ['PERMISSION_DENIED', 'denied'],
  ['RESOURCE_EXHAUSTED', 'error'],
  ['FAILED_PRECONDITION', 'failure'],
  ['ABORTED', 'error'],
  ['OUT_OF_RANGE', 'failure'],
  ['UNIMPLEMENTED', 'error'],
  ['INTERNAL', 'error'],
  ['UNAVAILABLE', 'error'],
  ['DATA_LOSS', 'error'],
  ['UNAUTHENTICATED', 'denied'],
];

export const outcomeOfGrpc = (status: number | undefined): OutcomeValue | undefined =>
  status === undefined ? undefined : GRPC[status]?.[1];
