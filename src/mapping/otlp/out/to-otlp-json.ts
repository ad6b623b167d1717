// Events to one ExportLogsServiceRequest in OTLP's JSON encoding.
import type { CanonicalEvent } from '../../../event/schema.ts';
import type { KeyValue } from './any-value.ts';
import type { OtlpScopeJson } from './sort-attributes.ts';
import { toLogRecord } from './to-log-record.ts';

interface ScopeLogs {
  readonly scope: OtlpScopeJson;
  readonly logRecords: Readonly<Record<string, unknown>>[];
}
interface ResourceLogs {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopes: Map<string, ScopeLogs>;
}

/** Events of the same resource and scope stand together, in their order. */
export const toOtlpJson = (events: readonly CanonicalEvent[]): string => {
  const groups = new Map<string, ResourceLogs>();
  for (const event of events) {
    const { resource, scope, record } = toLogRecord(event);
    const group = entryOf(groups, resource, () => ({ resource: { attributes: resource }, scopes: new Map() }));
    entryOf(group.scopes, scope, () => ({ scope, logRecords: [] })).logRecords.push(record);
  }
  const resourceLogs = [...groups.values()].map(({ resource, scopes }) => ({
    resource,
    scopeLogs: [...scopes.values()],
  }));
  return JSON.stringify({ resourceLogs });
};

const entryOf = <T>(entries: Map<string, T>, key: object, create: () => T): T => {
  const text = JSON.stringify(key);
  let entry = entries.get(text);
  if (entry === undefined) entries.set(text, (entry = create()));
  return entry;
};
