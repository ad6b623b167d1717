// A MinIO, a bucket of a test's own, and what looks into it without the code under test.
import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import s3 from '../../plugins/exporters/s3/plugin.ts';
import type { Exporter } from '../../src/sdk/index.ts';
import { componentContext, type CapturingLog } from '../../src/testkit/index.ts';
import { S3_CREDENTIALS } from '../support/servers/minio.ts';

export const clientFor = (endpoint: string): S3Client =>
  new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: S3_CREDENTIALS });

/** What the SDK's own credential chain finds. */
export const useCredentials = (): void => {
  process.env['AWS_ACCESS_KEY_ID'] = S3_CREDENTIALS.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = S3_CREDENTIALS.secretAccessKey;
};

export const newBucket = async (client: S3Client, options: { readonly locked?: boolean } = {}): Promise<string> => {
  const bucket = `test-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: options.locked === true }));
  return bucket;
};

export interface S3Under {
  readonly endpoint: string;
  readonly bucket: string;
  readonly dataDir: string;
  readonly log?: CapturingLog;
}

export const startS3 = async (
  { endpoint, bucket, dataDir, log }: S3Under,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Exporter> => {
  const config = s3.config.parse({ bucket, endpoint, force_path_style: true, ...more });
  const exporter = s3.create(config, componentContext({ id: 's3', dataDir, ...(log === undefined ? {} : { log }) }));
  await exporter.start?.();
  return exporter;
};

export const keysOf = async (client: S3Client, bucket: string): Promise<string[]> => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key }) => Key!);
};

/** Without the manifests. */
export const objectsOf = async (client: S3Client, bucket: string): Promise<string[]> =>
  (await keysOf(client, bucket)).filter((key) => !key.includes('/_manifests/'));

export const versionsOf = async (client: S3Client, bucket: string): Promise<number> => {
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  return Versions.length;
};

export const bytesOf = async (client: S3Client, bucket: string, key: string): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
};
