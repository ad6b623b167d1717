// The only file that talks to the bucket.
import {
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type LifecycleRule,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../../../src/event/time.ts';
import type { ArchiveStore, Lifecycle, ListOptions, ObjectEntry } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import { createClient } from './client.ts';
import { IF_ABSENT, toBody, toObject } from './encode.ts';
import { lifecycleProblems, mergedRules } from './lifecycle.ts';
import { putInParts } from './multipart.ts';
import type { S3Settings } from './settings.ts';

export interface S3Store extends ArchiveStore {
  /** Rejects, in words, where the bucket cannot be reached or lacks what is configured. */
  open(): Promise<void>;
}

export interface S3StoreOptions {
  readonly settings: S3Settings;
  readonly clock: Clock;
  readonly attempts: number;
}

const PRECONDITION_FAILED = 412;
const PAGE_KEYS = 1000;

export const createS3Store = ({ settings, clock, attempts }: S3StoreOptions): S3Store => {
  const { bucket, prefix } = settings;
  const client = createClient(settings, attempts);

  const put = async (key: string, bytes: Uint8Array, abortSignal: AbortSignal): Promise<void> => {
    const object = toObject(settings, key, clock.now());
    if (bytes.length > settings.multipartAboveBytes)
      return putInParts(client, settings, { object, bytes }, abortSignal);
    await client.send(new PutObjectCommand({ ...object, ...toBody(settings, bytes), ...IF_ABSENT }), { abortSignal });
  };

  return {
    open: async () => {
      try {
        await client.send(new HeadBucketCommand({ Bucket: bucket }));
        if (settings.lock !== undefined) await requireLock(client, bucket);
      } catch (error) {
        const outcome = classify(error);
        throw new Error(outcome !== undefined && 'reason' in outcome ? outcome.reason : String(error), {
          cause: error,
        });
      }
    },
    put: async (key, bytes, signal) => {
      try {
        await put(key, bytes, signal);
        return 'written';
      } catch (error) {
        if (statusOf(error) === PRECONDITION_FAILED) return 'there';
        throw error;
      }
    },
    read: async (key, signal) => {
      const command = new GetObjectCommand({ Bucket: bucket, Key: prefix + key });
      try {
        const { Body } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
        return Body as AsyncIterable<Uint8Array> | undefined;
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    list: (from, options = {}) => listObjects(client, settings, from, options),
    close: () => client.destroy(),
    ...(settings.expireAfterMs === undefined ? {} : { lifecycle: createLifecycle(client, settings) }),
  };
};

const statusOf = (error: unknown): number | undefined =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;

const requireLock = async (client: S3Client, bucket: string): Promise<void> => {
  const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
  if (answer.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') throw new Error('the bucket has no Object Lock');
};

async function* listObjects(
  client: S3Client,
  { bucket, prefix }: S3Settings,
  from: string,
  { after, pageSize = PAGE_KEYS }: ListOptions,
): AsyncGenerator<ObjectEntry> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix + from,
        MaxKeys: pageSize,
        ...(after === undefined ? {} : { StartAfter: prefix + after }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      yield { key: Key.slice(prefix.length), bytes: Size, modifiedMs: LastModified?.getTime() ?? 0 };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

const createLifecycle = (client: S3Client, settings: S3Settings): Lifecycle => {
  const Bucket = settings.bucket;
  const rules = async (): Promise<readonly LifecycleRule[]> => {
    try {
      return (await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules ?? [];
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchLifecycleConfiguration') return [];
      throw error;
    }
  };
  return {
    problems: async () => lifecycleProblems(settings, await rules()),
    write: async () => {
      const Rules = mergedRules(settings, await rules());
      await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    },
  };
};
