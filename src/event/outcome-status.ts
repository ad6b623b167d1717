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

/** By code, from OK to UNAUTHENTICATED. */
const GRPC: readonly OutcomeValue[] = [
  'success',
  'cancelled',
  'error',
  'failure',
  'timeout',
  'failure',
  'failure',
  'denied',
  'error',
  'failure',
  'error',
  'failure',
  'error',
  'error',
  'error',
  'error',
  'denied',
];

export const outcomeOfGrpc = (status: number | undefined): OutcomeValue | undefined =>
  status === undefined ? undefined : GRPC[status];
