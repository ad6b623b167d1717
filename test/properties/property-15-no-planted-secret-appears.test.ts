import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';
import { ask, readFiles, send, startPlanted, type Answer, type Outputs } from './planted/collector.ts';
import { HARMLESS } from './planted/harmless.ts';
import { BY_SHAPE, KINDS, letters, makeSecret, seededRandom, type Planted } from './planted/kinds.ts';
import { KEYED_PLACES, PLACES, REFUSED_PLACES, type Content } from './planted/places.ts';
import { createSearch } from './planted/readable.ts';

const SECRETS = 2000;
const HARMLESS_EVENTS = 100;
const BATCH = 250;
const random = seededRandom(Number(process.env['SEED'] ?? 15));
const directory = temporaryDirectory();
const outputs: Outputs = new Map();
const secrets: Planted[] = [];
let collector: CollectorProcess | undefined;
const answers: Answer[] = [];
const harmless: Content[] = [];

const plant = (kind: string, content: (planted: Planted) => Content): Content => {
  const planted = makeSecret(kind, random);
  secrets.push(planted);
  return content(planted);
};

/** Of each kind as many: in every place by turns, under keys, and in what is refused. */
const plantedEvents = (): Content[] =>
  Array.from({ length: SECRETS }, (_, i) => {
    const kind = KINDS[i % KINDS.length]!;
    const turn = Math.floor(i / KINDS.length) + (i % KINDS.length) * 7;
    if (i % 10 === 8) return plant(kind, ({ text }) => REFUSED_PLACES[turn % REFUSED_PLACES.length]!(text));
    if (i % 10 === 9) return plant(kind, ({ secret }) => KEYED_PLACES[turn % KEYED_PLACES.length]!(secret));
    return plant(kind, ({ text }) => PLACES[turn % PLACES.length]!(text));
  });

const harmlessEvents = (): Content[] =>
  Array.from({ length: HARMLESS_EVENTS }, (_, i) => {
    const data = Object.fromEntries(Object.entries(HARMLESS).map(([kind, make]) => [kind, make(random)]));
    return {
      category: 'system',
      action: 'x.harmless',
      service: { name: 'checkout', instanceId: data['pod_name'], version: data['version'] },
      request: { id: data['base64_id'] },
      data: { ...data, index: i },
      attributes: { ...data, list: Object.values(data) },
    };
  });

const otlpSecrets = (): string => {
  const text = (kind: string): { stringValue: string } => {
    const planted = makeSecret(kind, random);
    secrets.push(planted);
    return { stringValue: planted.text };
  };
  const logs = KINDS.map((kind) => ({
    timeUnixNano: '0',
    body: { kvlistValue: { values: [{ key: 'note', value: text(kind) }] } },
    attributes: [
      { key: 'exception.message', value: text(kind) },
      { key: 'exception.stacktrace', value: text(kind) },
      { key: 'notes', value: { arrayValue: { values: [text(kind)] } } },
    ],
  }));
  const resource = {
    attributes: [
      { key: 'service.name', value: { stringValue: 's' } },
      { key: 'x', value: text('jwt') },
    ],
  };
  const plain = { body: text('bearer'), severityNumber: 17, eventName: 'x.planted' };
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [...logs, plain] }] }] });
};

/** What no batch carries: headers, bodies that do not parse, one id with two contents. */
const sendOdd = async (running: CollectorProcess): Promise<void> => {
  const event = { category: 'system', action: 'x.odd', service: { name: 's' } };
  for (const kind of Object.keys(BY_SHAPE)) {
    const [key, cut] = [makeSecret(kind, random), makeSecret(kind, random)];
    secrets.push(key, cut);
    const value = key.text.replaceAll('\n', ' ');
    answers.push(
      await send(running, JSON.stringify([event]), outputs, { 'idempotency-key': value, traceparent: value }),
    );
    await send(running, `[{"category":"system","data":{"note":${JSON.stringify(cut.text)}}, nonsense`, outputs);
    await send(running, JSON.stringify([{ ...event, sourceEventId: kind, data: { note: cut.text } }]), outputs);
    await send(running, JSON.stringify([{ ...event, sourceEventId: kind, data: { other: cut.text } }]), outputs);
  }
};

beforeAll(async () => {
  collector = await startPlanted(directory, outputs);
  const events = plantedEvents();
  for (let i = 0; i < events.length; i += BATCH) {
    answers.push(await send(collector, JSON.stringify(events.slice(i, i + BATCH)), outputs));
  }
  await sendOdd(collector);
  const otlp = await fetch(`http://${collector.endpoints['otlp/http']}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: otlpSecrets(),
  });
  outputs.set('answer of otlp', Buffer.from(await otlp.text()));
  expect(otlp.status).toBe(200);
  harmless.push(...harmlessEvents());
  answers.push(await send(collector, JSON.stringify(harmless), outputs));
  await caughtUp(collector);
  await readFiles(directory, 'running', outputs);
  const stored = await allEvents(collector);
  outputs.set('query', Buffer.from(JSON.stringify(stored)));
  await ask(collector.endpoints['query']!, '/v1/dead-letters?limit=1000', outputs);
  await ask(collector.endpoints['metrics']!, '/metrics', outputs);
  await ask(collector.endpoints['health']!, '/status', outputs);
  expect(await collector.stop()).toBe(0);
  await readFiles(directory, 'stopped', outputs);
});
afterAll(async () => {
  await collector?.kill();
  await rm(directory, { recursive: true, force: true });
});

const count = (status: string): number =>
  answers.flatMap(({ results }) => results).filter((result) => result.status === status).length;
const storedEvents = (): CanonicalEvent[] => JSON.parse(outputs.get('query')!.toString()) as CanonicalEvent[];

test('property 15: of 2,000 secrets of twenty kinds no byte of any output tells one', () => {
  const search = createSearch(secrets.map(({ secret }) => secret));
  const kinds = new Map(secrets.map(({ kind, secret }) => [secret, kind]));
  const found = [...outputs].flatMap(([where, bytes]) =>
    search(bytes).map(({ secret, around }) => `${kinds.get(secret)} in ${where}: ${around}`),
  );
  expect(found).toEqual([]);
  expect(secrets.length).toBeGreaterThanOrEqual(SECRETS);
  expect(KINDS).toHaveLength(20);
});

test('they were planted: nearly all events were taken, and each has its record', () => {
  expect(count('rejected')).toBeGreaterThanOrEqual(SECRETS / 10);
  expect(count('accepted')).toBeGreaterThan(SECRETS * 0.8);
  const planted = storedEvents().filter(({ action }) => !action.startsWith('x.'));
  const untouched = planted.filter(({ processing }) => processing.redactions === undefined);
  // A query string is dropped by `normalize`, and its secret with it.
  expect(untouched.filter(({ request }) => request?.path === undefined)).toEqual([]);
});

describe('every output was there to be read', () => {
  test.each([
    ['log', '"level"'],
    ['query', 'order_failed'],
    ['GET /metrics', 'betalogs_'],
    ['GET /v1/dead-letters', 'REFUSED'],
    ['GET /status', 'refuser'],
    ['events.db', 'order_failed'],
    ['archive', 'order_failed'],
    ['events.ndjson', 'order_failed'],
    ['journal', 'order_failed'],
    ['inflated', 'order_failed'],
    ['answer', 'rejected'],
  ])('%s', (where, what) => {
    const texts = [...outputs].filter(([name]) => name.includes(where)).map(([, bytes]) => bytes);
    expect(texts.some((bytes) => bytes.includes(what))).toBe(true);
  });
});

test('the search finds what is there, in each of its forms', () => {
  const secret = letters(random, 'abc/+"é', 14);
  const search = createSearch([secret]);
  const json = JSON.stringify({ at: secret });
  const bytes = (text: string): Buffer => Buffer.from(text);
  for (const text of [
    json,
    JSON.stringify(json),
    encodeURIComponent(secret),
    ...['', 'a', 'ab', 'abc'].map((before) => bytes(`${before}${secret} and more`).toString('base64')),
    ...['', 'a', 'ab'].map((before) => bytes(before + secret).toString('base64url')),
    bytes(`x${secret}`).toString('hex'),
    bytes(secret).toString('hex').toUpperCase(),
  ]) {
    expect(search(bytes(`before ${text} after`))).not.toEqual([]);
  }
  expect(search(bytes(secret.slice(1)))).toEqual([]);
});

test('false alarms: of 2,400 harmless values, each in five places, none is touched', () => {
  const stored = storedEvents().filter(({ action }) => action === 'x.harmless');
  expect(stored).toHaveLength(HARMLESS_EVENTS);
  for (const sent of harmless) {
    const { index } = sent['data'] as Content;
    const event = stored.find(({ data }) => data?.['index'] === index)!;
    expect(event.processing.redactions).toBeUndefined();
    expect(event).toMatchObject(sent);
  }
  expect(Object.keys(HARMLESS).length * HARMLESS_EVENTS).toBeGreaterThanOrEqual(2000);
});
