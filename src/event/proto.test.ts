// event.proto: it covers the field table, its numbers stand, and the code that is generated from it is current.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DescMessage } from '@bufbuild/protobuf';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { CanonicalEventSchema, file_betalogs_event_v1_event } from './proto/betalogs/event/v1/event_pb.ts';
import { canonicalEvent } from './schema.ts';

/** The fields of each message by their numbers, from 1: permanent. A new one is added at the end. */
const NUMBERS: Readonly<Record<string, string>> = {
  CanonicalEvent:
    'schemaVersion eventId tenantId category action actionType timestamp timestampOriginal timestampSource receivedAt processedAt outcome outcomeReason outcomeCode severity description actor object objects changes service request error github deployment evidence security correlation source data attributes processing integrity sourceEventId',
  Actor: 'id type name email roles onBehalfOf sessionId authMethod mfa ip userAgent',
  OnBehalfOf: 'id type',
  Object: 'type id name url parent version',
  Change: 'path before after redacted',
  Service: 'name namespace version instanceId environment',
  Request: 'id method path statusCode durationMs',
  Error: 'class type code message retriable dependency stackHash stack',
  Github: 'deliveryId event hookAction repository organization pullRequest workflow ref commitSha release sender',
  Repository: 'id fullName url',
  PullRequest: 'number title url author mergedBy mergeCommitSha baseRef headRef headSha',
  Workflow: 'name runId runAttempt url conclusion',
  Release: 'tag url',
  Deployment:
    'id environment version commitSha artifact status strategy rollbackOf previousVersion startedAt finishedAt url',
  Evidence: 'type url title id digest verified',
  Security: 'violation decision permission resource requestedRole grantedRole dataClassification',
  Violation: 'type severity confidence blocked policyId',
  Correlation:
    'correlationId method confidence traceId spanId parentSpanId traceFlags traceState businessKeys causationId sessionId links traceparent tracestate',
  Link: 'correlationId type role traceId spanId',
  Source: 'kind name eventId type version',
  Processing:
    'pipelineVersion attempt truncated untruncatedSize truncatedPaths truncatedCount redactions warnings late replayOf',
  Redaction: 'path rule method',
  Warning: 'code path detail',
  Integrity: 'contentHash fingerprint rawSize',
  Value: 'null bool number integer text list struct',
  List: 'values',
  Struct: 'entries',
  Entry: 'key value',
};
const OF_EVERY_MESSAGE = ['extra=1000', 'keyOrder=1001'];

test('numbers never change', () => {
  const found = file_betalogs_event_v1_event.messages.map(({ name, fields }) => [
    name,
    fields.map(({ jsonName, number }) => `${jsonName}=${number}`),
  ]);
  const permanent = Object.entries(NUMBERS).map(([name, names]) => [
    name,
    [...names.split(' ').map((field, i) => `${field}=${i + 1}`), ...(JSON_VALUES.has(name) ? [] : OF_EVERY_MESSAGE)],
  ]);
  expect(found).toEqual(permanent);
});
const JSON_VALUES: ReadonlySet<string> = new Set(['Value', 'List', 'Struct', 'Entry']);

/** Paths of the table's fields for which the message has none. */
const uncovered = (schema: z.core.$ZodType, desc: DescMessage | undefined, path: string): string[] => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional') return uncovered(def.innerType, desc, path);
  if (def.type === 'array') return uncovered(def.element, desc, path);
  if (def.type !== 'object') return [];
  return Object.entries(def.shape).flatMap(([name, field]) => {
    const found = desc?.fields.find(({ jsonName }) => jsonName === name);
    return found === undefined ? [`${path}/${name}`] : uncovered(field, found.message, `${path}/${name}`);
  });
};

test('every field of the table has a field here: add what is missing at the end of its message', () => {
  expect(uncovered(canonicalEvent, CanonicalEventSchema, '')).toEqual([]);
});

test('the generated code is current', async () => {
  const folder = join(import.meta.dirname, 'proto');
  const bin = join(import.meta.dirname, '../../node_modules/.bin');
  const out = mkdtempSync(join(tmpdir(), 'betalogs-proto-'));
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  execFileSync(join(bin, 'buf'), ['generate', folder, '--template', join(folder, 'buf.gen.yaml'), '-o', out], { env });
  const name = 'betalogs/event/v1/event_pb.ts';
  const made = readFileSync(join(out, 'src/event/proto', name), 'utf8');
  rmSync(out, { recursive: true });
  expect(await format(made, { parser: 'typescript', printWidth: 120, singleQuote: true })).toBe(
    readFileSync(join(folder, name), 'utf8'),
  );
});
