import type { RawSource } from '../event/raw-event.ts';
import type { SourceKind } from '../event/schema.ts';
import type { MappingContext } from './context.ts';

/** Where a payload came from; an absent part is no key. */
export const rawSourceOf = (kind: SourceKind, { receiver, contentType, traceparent }: MappingContext): RawSource => ({
  kind,
  receiver,
  ...(contentType !== undefined && { contentType }),
  ...(traceparent !== undefined && { traceparent }),
});
