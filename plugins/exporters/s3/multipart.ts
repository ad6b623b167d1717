// A large object in parts; it is there when the last request, which is conditional, is answered.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import { IF_ABSENT, toBody, toParts, type toObject } from './encode.ts';
import type { S3Settings } from './settings.ts';

interface Upload {
  readonly object: ReturnType<typeof toObject>;
  readonly bytes: Uint8Array;
}

/** For clearing away what a failed upload left; the bucket's lifecycle rule does it where this fails too. */
const ABORT_TIMEOUT_MS = 5000;

export const putInParts = async (
  client: S3Client,
  settings: S3Settings,
  { object, bytes }: Upload,
  abortSignal: AbortSignal,
): Promise<void> => {
  const { Bucket, Key } = object;
  const algorithm = settings.checksum === 'sha256' ? ({ ChecksumAlgorithm: 'SHA256' } as const) : {};
  const begun = await client.send(new CreateMultipartUploadCommand({ ...object, ...algorithm }), { abortSignal });
  const upload = { Bucket, Key, UploadId: begun.UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for (const [i, part] of toParts(bytes, settings.partBytes).entries()) {
      const PartNumber = i + 1;
      const body = toBody(settings, part);
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, ...body, PartNumber }), { abortSignal });
      // A server that was told the algorithm wants each part's checksum named again.
      const { ChecksumSHA256 } = body;
      Parts.push({ PartNumber, ETag, ...(ChecksumSHA256 === undefined ? {} : { ChecksumSHA256 }) });
    }
    const complete = { ...upload, MultipartUpload: { Parts }, ...IF_ABSENT };
    await client.send(new CompleteMultipartUploadCommand(complete), { abortSignal });
  } catch (error) {
    await client
      .send(new AbortMultipartUploadCommand(upload), { abortSignal: AbortSignal.timeout(ABORT_TIMEOUT_MS) })
      .catch(() => undefined);
    throw error;
  }
};
