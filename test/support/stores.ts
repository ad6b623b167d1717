// The four real servers behind config/full.yaml, and what each of them holds.
import { zstdDecompressSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { S3_CREDENTIALS, startMinio } from './servers/minio.ts';
import { startNats } from './servers/nats.ts';
import { startOpenSearch } from './servers/opensearch.ts';
import { startPostgres } from './servers/postgres.ts';
import type { TestServer } from './servers/server-process.ts';

export const BUCKET = 'betalogs';

export interface Stores {
  readonly postgres: TestServer;
  readonly opensearch: TestServer;
  readonly minio: TestServer;
  readonly nats: TestServer;
  /** The variables that the shipped configurations read. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const startStores = async (): Promise<Stores> => {
  const [postgres, opensearch, minio, nats] = await Promise.all([
    startPostgres(),
    startOpenSearch(),
    startMinio(),
    startNats(),
  ]);
  await s3Client(minio.url).send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    postgres,
    opensearch,
    minio,
    nats,
    env: {
      BETALOGS_POSTGRES_URL: postgres.url,
      BETALOGS_OPENSEARCH_URL: opensearch.url,
      BETALOGS_S3_ENDPOINT: minio.url,
      BETALOGS_S3_BUCKET: BUCKET,
      BETALOGS_NATS_URL: nats.url,
      AWS_ACCESS_KEY_ID: S3_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: S3_CREDENTIALS.secretAccessKey,
      AWS_REGION: 'us-east-1',
    },
    stop: async () => {
      await Promise.all([postgres, opensearch, minio, nats].map((server) => server.stop()));
    },
  };
};

const s3Client = (endpoint: string): S3Client =>
  new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: S3_CREDENTIALS });

/** Event ids with how often each is there. */
export type Held = ReadonlyMap<string, number>;

const tally = (ids: Iterable<string>): Held => {
  const held = new Map<string, number>();
  for (const id of ids) held.set(id, (held.get(id) ?? 0) + 1);
  return held;
};

export const heldByPostgres = async ({ postgres }: Stores): Promise<Held> => {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    // The administrator sees past row-level security.
    const { rows } = await client.query<{ event_id: string }>('SELECT event_id FROM events');
    return tally(rows.map(({ event_id: id }) => id));
  } finally {
    await client.end();
  }
};

export const heldByOpenSearch = async ({ opensearch }: Stores): Promise<Held> => {
  await fetch(`${opensearch.url}/act-*/_refresh`, { method: 'POST' });
  const ids: string[] = [];
  let after: unknown[] | undefined;
  for (;;) {
    const answer = await fetch(`${opensearch.url}/act-*/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        size: 5000,
        _source: false,
        fields: ['eventId'],
        sort: [{ eventId: 'asc' }, { _index: 'asc' }],
        ...(after && { search_after: after }),
      }),
    });
    const { hits } = (await answer.json()) as {
      hits: { hits: { sort: unknown[]; fields: { eventId: string[] } }[] };
    };
    ids.push(...hits.hits.map(({ fields }) => fields.eventId[0]!));
    after = hits.hits.at(-1)?.sort;
    if (after === undefined) return tally(ids);
  }
};

/** Every document as the exporter was given it: `_source` as text, less the two members that the exporter adds at its end. */
export const openSearchSources = async ({ opensearch }: Stores): Promise<string[]> => {
  await fetch(`${opensearch.url}/act-*/_refresh`, { method: 'POST' });
  const answer = await fetch(`${opensearch.url}/act-*/_search?size=10000&filter_path=hits.hits._source`);
  const body = await answer.text();
  // Cut out of the answer's text: parsing would round integers and could reorder keys.
  return body
    .slice('{"hits":{"hits":['.length, -']}}'.length)
    .split(/(?<=\}),(?=\{"_source":)/)
    .map((hit) => hit.slice('{"_source":'.length, -1).replace(/,"_ns":-?\d+,"_words":"(?:[^"\\]|\\.)*"\}$/, '}'));
};

export const heldByS3 = async (stores: Stores): Promise<Held> =>
  tally((await archivedLines(stores)).map((line) => (JSON.parse(line) as { eventId: string }).eventId));

/** Every archived event's line, as it lies in the bucket's objects. */
export const archivedLines = async ({ minio }: Stores): Promise<string[]> => {
  const client = s3Client(minio.url);
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }));
    for (const { Key: key = '' } of page.Contents ?? []) {
      if (!key.endsWith('.ndjson.zst')) continue;
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      found.push(
        ...zstdDecompressSync(await body!.transformToByteArray())
          .toString()
          .trimEnd()
          .split('\n'),
      );
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return found;
};
