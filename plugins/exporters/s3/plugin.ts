import {
  archiveShape,
  definePlugin,
  duration,
  isLevelKnown,
  lazyExporter,
  LEVEL_FAULT,
  size,
  z,
} from '../../../src/sdk/index.ts';
import type { S3Settings } from './settings.ts';

const READING_ATTEMPTS = 5;
const LEAST_PART_BYTES = 5 * 1024 * 1024;

const encryption = z.strictObject({
  type: z.enum(['AES256', 'aws:kms']).describe('Keys of S3 itself, or of KMS.'),
  key_id: z.string().min(1).optional().describe("The KMS key; without it the account's default."),
});

const lock = z
  .strictObject({
    mode: z.enum(['governance', 'compliance']).optional().describe('Compliance can be lifted by nobody.'),
    retention: duration().optional().describe('How long no version may be deleted, e.g. 2555d.'),
    legal_hold: z.boolean().default(false).describe('Hold every object until somebody lifts it.'),
  })
  .refine(({ mode, retention }) => (mode === undefined) === (retention === undefined), {
    message: 'mode and retention go together',
  });

const config = z
  .strictObject({
    bucket: z.string().min(3).max(63).describe('The bucket; it must exist.'),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9/_.=-]*$/, 'expected letters, digits and / _ . = -')
      .default('')
      .describe('What all keys begin with, e.g. betalogs/production.'),
    region: z.string().min(1).optional().describe("The bucket's region; without it the AWS SDK's own chain."),
    endpoint: z
      .string()
      .regex(/^(https?:\/\/.+)?$/, 'expected a URL')
      .optional()
      .describe('A server that is not AWS, e.g. http://127.0.0.1:9000.'),
    force_path_style: z.boolean().default(false).describe('The bucket in the path, as most such servers want it.'),
    ...archiveShape,
    checksum: z
      .enum(['sha256', 'when_required'])
      .default('sha256')
      .describe('when_required sends Content-MD5 in place of SHA-256, for servers that do not know it.'),
    multipart_above: size().prefault('16MiB').describe('Larger objects are uploaded in parts.'),
    part_size: size().prefault('8MiB').describe('The size of a part, at least 5MiB.'),
    encryption: encryption.optional(),
    lock: lock.optional(),
    expire_after: duration()
      .optional()
      .describe("When the bucket's lifecycle removes objects, e.g. 365d; `archive lifecycle --write` writes the rule."),
  })
  .refine(isLevelKnown, LEVEL_FAULT)
  .refine(({ part_size: bytes }) => bytes >= LEAST_PART_BYTES, { path: ['part_size'], message: 'at least 5MiB' })
  .refine(({ lock: locked, expire_after: ms }) => ms === undefined || ms >= (locked?.retention ?? 0), {
    path: ['expire_after'],
    message: 'expires before the lock lets go',
  });

export type S3Config = z.output<typeof config>;

export default definePlugin({
  kind: 'exporter',
  type: 's3',
  stability: 'beta',
  summary: 'Archives every event in immutable compressed objects in an S3 bucket, each named in a chain of manifests.',
  guarantee: "every journaled event; a sender's re-send is a second line with the same id",
  batch: { maxEvents: 100_000, maxBytes: 16 * 1024 * 1024, maxWaitMs: 10_000 },
  cuts: true,
  config,
  create: (options, context) =>
    lazyExporter(async () => (await import('./exporter.ts')).createS3Exporter(options, settingsOf(options), context)),
  probe: async (options, { clock }) => {
    const { createS3Store } = await import('./send.ts');
    const store = createS3Store({ settings: settingsOf(options), clock, attempts: 1 });
    await store.open().finally(() => store.close());
  },
  archive: async (options, { clock }) => {
    const { createS3Store } = await import('./send.ts');
    return createS3Store({ settings: settingsOf(options), clock, attempts: READING_ATTEMPTS });
  },
});

const settingsOf = (options: S3Config): S3Settings => ({
  bucket: options.bucket,
  prefix: options.prefix.replace(/^\/+|\/+$/g, '').replace(/(.)$/, '$1/'),
  endpoint: options.endpoint === '' ? undefined : options.endpoint,
  region: options.region,
  forcePathStyle: options.force_path_style,
  checksum: options.checksum,
  multipartAboveBytes: options.multipart_above,
  partBytes: options.part_size,
  encryption: options.encryption && { type: options.encryption.type, keyId: options.encryption.key_id },
  lock: options.lock && {
    mode: options.lock.mode,
    retentionMs: options.lock.retention,
    legalHold: options.lock.legal_hold,
  },
  expireAfterMs: options.expire_after,
});
