import { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from './settings.ts';

const CONNECTION_TIMEOUT_MS = 5000;
/** Without a byte in either direction. */
const IDLE_TIMEOUT_MS = 10_000;
const MOST_SOCKETS = 16;
/** Servers that are not AWS take any; the SDK insists on one. */
const ANY_REGION = 'us-east-1';

/** `attempts` 1: whoever calls tries again. Credentials come by the SDK's own chain: environment, profile, role. */
export const createClient = ({ endpoint, region, forcePathStyle }: S3Settings, attempts: number): S3Client =>
  new S3Client({
    maxAttempts: attempts,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint, region: region ?? ANY_REGION }),
    ...(region === undefined ? {} : { region }),
    // What is sent carries its own checksum, what is read is held against its manifest.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpsAgent: { maxSockets: MOST_SOCKETS },
      httpAgent: { maxSockets: MOST_SOCKETS },
    },
  });
