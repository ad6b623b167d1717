// gRPC's status codes, by number and by name.

const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...NAMES.map((name, number): [string, number] => [name, number]),
  ...NAMES.map((_, number): [string, number] => [String(number), number]),
  // The Connect protocol's spelling.
  ['CANCELED', 1],
]);

export const grpcStatusName = (status: number): string | undefined => NAMES[status];

/** A number, or a text of one, or a name in either case; undefined for what is no status of gRPC. */
export const grpcStatusOf = (value: unknown): number | undefined => {
  if (typeof value === 'string') return NUMBERS.get(value) ?? NUMBERS.get(value.slice(0, 32).toUpperCase());
  return typeof value === 'number' && NAMES[value] !== undefined ? value : undefined;
};
