// The typed sections of an event: in the schema's order, completed with what is derived.
import { classifyError } from '../../../src/event/error-class.ts';
import type { CanonicalEvent, NativeEvent, OutcomeValue } from '../../../src/event/schema.ts';
import { nativeEvent } from '../../../src/event/schema.ts';
import { compileShape, type Shape } from '../../../src/event/shape.ts';
import { addStray, type Notes } from './notes.ts';
import type { Survey } from './survey.ts';

const SECTIONS = [
  'source',
  'actor',
  'object',
  'objects',
  'changes',
  'service',
  'request',
  'error',
  'github',
  'deployment',
  'evidence',
  'security',
  'correlation',
] as const;
const SHAPES = new Map<string, Shape>(SECTIONS.map((name) => [name, compileShape(nativeEvent.shape[name])]));
const KNOWN: ReadonlySet<string> = new Set(Object.keys(nativeEvent.shape));

/** The content with its sections in order; what the schema has no place for is noted as stray. */
export const tidyContent = (content: Readonly<Record<string, unknown>>, notes: Notes): NativeEvent => {
  const takeStray = (path: string, value: unknown): void => addStray(notes, path, value);
  let tidied: Record<string, unknown> | undefined;
  for (const key in content) {
    const value = content[key];
    const shaped = SHAPES.get(key)?.(value, key, takeStray) ?? value;
    if (shaped !== value) (tidied ??= { ...content })[key] = shaped;
    else if (!KNOWN.has(key) && value !== undefined) addStray(notes, key, value);
  }
  return (tidied ?? content) as NativeEvent;
};

export const actorOf = (sent: NativeEvent['actor']): CanonicalEvent['actor'] => {
  if (sent === undefined || sent.type !== undefined) return sent as CanonicalEvent['actor'];
  const { id, type: _, ...rest } = sent;
  return { id, type: 'unknown', ...rest };
};

/** A query string may hold anything: only the path stays. */
export const requestOf = (sent: NativeEvent['request']): CanonicalEvent['request'] => {
  const path = sent?.path;
  const end = path?.search(/[?#]/) ?? -1;
  return end < 0 ? sent : { ...sent, path: path!.slice(0, end) };
};

const MAX_ID = 256;

/** What a rollback goes back from, where the sender said it beside the section. */
export const deploymentOf = ({ action, deployment, data, attributes }: NativeEvent): CanonicalEvent['deployment'] => {
  if (action !== 'rollback_initiated' || deployment === undefined || deployment.rollbackOf !== undefined)
    return deployment;
  const named = data?.['rollbackOf'] ?? data?.['rollback_of'] ?? attributes?.['deployment.rollback_of'];
  const rollbackOf = typeof named === 'number' ? String(named) : named;
  if (typeof rollbackOf !== 'string' || rollbackOf === '' || Buffer.byteLength(rollbackOf) > MAX_ID) return deployment;
  const { previousVersion, startedAt, finishedAt, url, ...before } = deployment;
  return { ...before, rollbackOf, previousVersion, startedAt, finishedAt, url };
};

const ERROR_OUTCOMES: ReadonlySet<OutcomeValue> = new Set(['error', 'timeout', 'failure']);

/** A system event that went wrong always has an error, if only its class. */
export const isErrorDue = ({ category }: NativeEvent, outcome: OutcomeValue): boolean =>
  category === 'system' && ERROR_OUTCOMES.has(outcome);

export const errorOf = (sent: NativeEvent, survey: Survey): NonNullable<CanonicalEvent['error']> => {
  const { error = {} } = sent;
  const dependency = error.dependency ?? survey.dependency;
  const known = classifyError({
    action: sent.action,
    type: error.type,
    code: error.code,
    httpStatus: sent.request?.statusCode ?? survey.httpStatus,
    grpcStatus: survey.grpcStatus,
    dependency,
    isDatabase: survey.isDatabase,
    hasStack: error.stack !== undefined,
  });
  return {
    class: error.class ?? known.class,
    type: error.type,
    code: error.code,
    message: error.message,
    retriable: error.retriable ?? ((error.class === undefined || error.class === known.class) && known.retriable),
    dependency: error.dependency,
    stackHash: error.stackHash,
    stack: error.stack,
  };
};
