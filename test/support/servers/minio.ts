import { join } from 'node:path';
import { installed } from './installed.ts';
import { ownServer } from './own.ts';
import { dataFolder, freePort, serve, type TestServer } from './server-process.ts';

export const S3_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'testtesttest' } as const;

/** MinIO on a free port, with a key for SSE-KMS. */
export const startMinio = async (): Promise<TestServer> => {
  const own = ownServer('minio');
  if (own !== undefined) return own;
  const folder = dataFolder('minio', false);
  const url = `http://127.0.0.1:${await freePort()}`;
  return serve(url, folder, {
    name: 'minio',
    program: installed('minio'),
    args: ['server', '--quiet', '--address', new URL(url).host, join(folder, 'objects')],
    env: {
      HOME: folder,
      MINIO_ROOT_USER: S3_CREDENTIALS.accessKeyId,
      MINIO_ROOT_PASSWORD: S3_CREDENTIALS.secretAccessKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      MINIO_CALLHOME_ENABLE: 'off',
      MINIO_CI_CD: '1',
      MINIO_KMS_SECRET_KEY: `test-key:${Buffer.alloc(32, 7).toString('base64')}`,
    },
    log: join(folder, 'server.log'),
    asNobody: false,
    isReady: async () => (await fetch(`${url}/minio/health/live`)).ok,
  });
};
