// Every migration that ever shipped, in order. One that is released is never edited: its checksum is stored beside it.

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

// What only reports read is a virtual column: it costs nothing to write, and the line holds it anyway.
// Secondary indexes end in the time and leave the event id to the sort of the few rows that share one.
const EVENTS = `
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  ts_ns INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  category TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  severity INTEGER NOT NULL,
  actor_id TEXT,
  object_type TEXT,
  object_id TEXT,
  service_name TEXT,
  environment TEXT,
  trace_id TEXT,
  correlation_id TEXT NOT NULL,
  fingerprint TEXT,
  doc TEXT NOT NULL,
  violation_type TEXT AS (json_extract(doc, '$.security.violation.type')) VIRTUAL,
  error_class TEXT AS (json_extract(doc, '$.error.class')) VIRTUAL,
  content_hash TEXT AS (json_extract(doc, '$.integrity.contentHash')) VIRTUAL,
  size INTEGER AS (octet_length(doc)) VIRTUAL,
  UNIQUE (tenant_id, event_id)
) STRICT;
CREATE INDEX events_by_time ON events (tenant_id, ts_ns DESC, event_id DESC);
CREATE INDEX events_by_correlation ON events (tenant_id, correlation_id, ts_ns DESC);
CREATE INDEX events_by_trace ON events (tenant_id, trace_id, ts_ns DESC) WHERE trace_id IS NOT NULL;
CREATE INDEX events_by_actor ON events (tenant_id, actor_id, ts_ns DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX events_by_object ON events (tenant_id, object_id, ts_ns DESC) WHERE object_id IS NOT NULL;

CREATE TABLE event_keys (
  tenant_id TEXT NOT NULL,
  key_type TEXT NOT NULL,
  key_value TEXT NOT NULL,
  ts_ns INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (tenant_id, key_type, key_value, ts_ns DESC, event_id DESC)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_links (
  tenant_id TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  ts_ns INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT,
  PRIMARY KEY (tenant_id, correlation_id, ts_ns DESC, event_id DESC)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE events_text USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = ascii
);
`;

export const MIGRATIONS: readonly Migration[] = [{ version: 1, name: 'events, keys, links, text', sql: EVENTS }];
