// A decoded request to the slots of a batch: one for each record, in the order sent.
import { createHash } from 'node:crypto';
import { derivedId } from '../../event/ids.ts';
import type { RawEvent, RawSource } from '../../event/raw-event.ts';
import type { Instant } from '../../event/time.ts';
import { type Dropped, type RawSlot, rejectAll } from '../../sdk/index.ts';
import type { Draft, Surroundings } from './draft.ts';
import { Facts } from './facts.ts';
import { mapLog } from './map-log.ts';
import { mapSpan } from './map-span.ts';
import {
  type DecodedRequest,
  isRefused,
  type OtlpLog,
  type OtlpSpan,
  type RecordGroup,
  type Signal,
} from './decode/request.ts';
import { surroundingsOf } from './surroundings.ts';

/** What is the same for all records of a request. */
export interface RequestOrigin {
  readonly tenant: string;
  readonly source: RawSource;
  readonly receivedAt: Instant;
  readonly keepAllSpans: boolean;
}

type MapRecord<R> = (record: R, surroundings: Surroundings) => Draft | Dropped;

export const toSlots = (request: DecodedRequest, bytes: Buffer, origin: RequestOrigin): RawSlot[] => {
  const facts = new Facts();
  const finish = finisher(request, bytes, origin);
  return request.signal === 'logs'
    ? mapGroups(request.groups, finish, (log: OtlpLog, surroundings) => mapLog(log, surroundings, facts))
    : mapGroups(request.groups, finish, (span: OtlpSpan, surroundings) =>
        mapSpan(span, surroundings, facts, origin.keepAllSpans),
      );
};

const mapGroups = <R extends { encodedBytes: number }>(
  groups: readonly RecordGroup<R>[],
  finish: Finish,
  mapRecord: MapRecord<R>,
): RawSlot[] => {
  const slots: RawSlot[] = [];
  for (const { resource, scope, records } of groups) {
    const refused = isRefused(resource) ? resource : isRefused(scope) ? scope : undefined;
    const surroundings = isRefused(resource) || isRefused(scope) ? undefined : surroundingsOf(resource, scope);
    for (const record of records) {
      if (isRefused(record)) slots.push(rejectAll([record.refused]));
      else if (surroundings === undefined) slots.push(rejectAll([refused!.refused]));
      else {
        const mapped = mapRecord(record, surroundings);
        slots.push('verdict' in mapped ? mapped : finish(mapped, record, surroundings, slots.length));
      }
    }
  }
  return slots;
};

type Finish = (
  draft: Draft,
  record: { encodedBytes: number },
  surroundings: Surroundings,
  position: number,
) => RawEvent;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const finisher = (request: DecodedRequest, bytes: Buffer, { tenant, source, receivedAt }: RequestOrigin): Finish => {
  const digest = digestOf(tenant, request.signal, bytes);
  const count = request.groups.reduce((sum, { records }) => sum + records.length, 0);
  const share = Math.floor(bytes.length / Math.max(1, count));
  return (draft, { encodedBytes }, surroundings, position) => {
    const raw: Mutable<RawEvent> = { content: draft.content, source, receivedAt, rawSize: encodedBytes || share };
    if (draft.instant !== undefined) raw.instant = draft.instant;
    if (draft.timeSource !== undefined) raw.timeSource = draft.timeSource;
    // EVENTS.md 2.1, rule 3: only where the sender gave no id of its own.
    if (draft.content['sourceEventId'] === undefined) raw.eventId = derivedId(digest, position);
    const { warnings } = surroundings;
    if (draft.warnings !== undefined) raw.warnings = [...warnings, ...draft.warnings];
    else if (warnings.length > 0) raw.warnings = warnings;
    return raw;
  };
};

/** One hash for a request; the tenant's length stands first, so that no two tenants share a text. */
const digestOf = (tenant: string, signal: Signal, bytes: Buffer): Buffer =>
  createHash('sha256').update(`${tenant.length}:${tenant}/${signal}\n`).update(bytes).digest();
