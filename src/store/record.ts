import type { CanonicalEvent } from '../event/schema.ts';
import type { EventRecord, StoredLine } from '../sdk/index.ts';

/** A store answered with an event of a tenant that did not ask: the answer is not given. A bug, or an attack. */
export class TenantLeakError extends Error {
  constructor() {
    super('the store answered with an event of another tenant; nothing of it is given out');
    this.name = 'TenantLeakError';
  }
}

/** The reader has already asked for this tenant alone. This is the second lock, on what was sealed. */
export const recordOf = (tenant: string, { line }: StoredLine): EventRecord => {
  const event = JSON.parse(line) as CanonicalEvent;
  if (event.tenantId !== tenant) throw new TenantLeakError();
  return { line, event };
};

/** A record, and where it stands in time. */
export interface PlacedRecord {
  readonly at: StoredLine;
  readonly record: EventRecord;
}

export const placedRecordOf = (tenant: string, at: StoredLine): PlacedRecord => ({ at, record: recordOf(tenant, at) });
