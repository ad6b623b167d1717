// The contract of a plugin: the only module of src/ that a plugin imports, beside src/event.
export { definePlugin } from './plugin.ts';
export type {
  BatchDefaults,
  ExporterPlugin,
  ExtensionPlugin,
  Kind,
  Plugin,
  ProcessorPlugin,
  ReceiverPlugin,
  Stability,
} from './plugin.ts';
export { drop, pass, reject, rejectAll } from './outcome.ts';
export type { Dropped, EventError, Outcome, Rejected, Verdict } from './outcome.ts';
export { eachEvent, eachRaw, eachToCanonical, EventBatch } from './batch.ts';
export type { BatchItem, BatchOrigin, Processor, RawBatch, RawSlot } from './batch.ts';
export { isBusy, isRefusal, SCOPES } from './intake.ts';
export type {
  Authenticator,
  Busy,
  Credential,
  Intake,
  Lease,
  Principal,
  Refusal,
  RefusedInput,
  Scope,
} from './intake.ts';
export type { ReportViolation, Violation } from './violation.ts';
export { forAll, stored } from './exporter.ts';
export { lazyExporter, lazyReader } from './lazy.ts';
export type { Exporter, ExportOutcome, LineRef, StoredBatch } from './exporter.ts';
export { DEAD_LETTER_STAGES, deadLetterJson } from './dead-letters.ts';
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterQueue,
  DeadLetterResult,
  DeadLetterStage,
} from './dead-letters.ts';
export type { EventFilter, EventReader, LinkedLine, PageKey, PageRequest, ReadPage, StoredLine } from './reader.ts';
export { correlationJson, pageJson, recordJson, traceJson } from './query/answer-json.ts';
export { isCursorRefused } from './query/event-queries.ts';
export type {
  Correlation,
  CursorRefused,
  DeploymentLink,
  EventPage,
  EventQueries,
  EventRecord,
  GroupLink,
  KeyLink,
  LinkedBy,
  LinkedByKey,
  QueryRequest,
  Timeline,
} from './query/event-queries.ts';
export {
  DEFAULT_LIMIT,
  isQueryFault,
  MAX_LIMIT,
  parseQuery,
  QUERY_PARAMETERS,
  toTraceId,
} from './query/parse-query.ts';
export { DEAD_LETTER_PARAMETERS, parseDeadLetterQuery } from './query/parse-dead-letter-query.ts';
export type { DeadLetterParameter, ParsedDeadLetterQuery } from './query/parse-dead-letter-query.ts';
export type { ParsedQuery, ParseQueryOptions, QueryFault, QueryParameter } from './query/parse-query.ts';
export type {
  CollectorStatus,
  ComponentContext,
  ComponentState,
  ComponentStatus,
  Endpoint,
  Extension,
  ExtensionContext,
  HttpMount,
  KeyRing,
  Log,
  Receiver,
  ReceiverContext,
} from './component.ts';
export { duration, endpoint, listenerShape, sameTls, Secret, secret, size, z } from './config-types.ts';
export type { ListenerConfig, TlsConfig } from './config-types.ts';
export { pseudonym } from './pseudonym.ts';
export { createArchiveWriter } from './archive/archive-writer.ts';
export type { ArchiveWriter, ArchiveWriterOptions } from './archive/archive-writer.ts';
export { createCompressor } from './archive/compress.ts';
export { ARCHIVE_ROOT } from './archive/keys.ts';
export { archiveShape, isLevelKnown, LEVEL_FAULT, loadSigner } from './archive/options.ts';
export type { ArchiveStore, Lifecycle, ListOptions, ObjectEntry, ObjectStore } from './archive/object-store.ts';
export { writerFolder } from './archive/writer-state.ts';
export { credentialOf } from './http/credential.ts';
export { isUtf8, parseMediaType } from './http/media-type.ts';
export type { MediaType } from './http/media-type.ts';
export {
  busyProblem,
  isProblem,
  PROBLEM_MEDIA_TYPE,
  problemBody,
  problemHeaders,
  refusalProblem,
  retriesAmong,
  retryProblem,
  sendProblem,
} from './http/problem.ts';
export type { Problem } from './http/problem.ts';
export { createInFlight } from './http/in-flight.ts';
export type { InFlight } from './http/in-flight.ts';
export { placeOfFault } from './http/place-of-fault.ts';
export { releaseBody } from './http/body.ts';
export { readBody, reserveFor } from './http/read-body.ts';
export type { BodyLimits } from './http/read-body.ts';
/** Operators for processors that are more than a decision about each event. */
export * as rx from './rx.ts';
