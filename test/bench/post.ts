import { Agent, request } from 'node:http';

const CONNECTIONS = 8;

const post = (agent: Agent, url: string, contentType: string, body: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method: 'POST', headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 202 || response.statusCode === 200) resolve();
          else reject(new Error(`answered ${response.statusCode}`));
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });

/** Sends `bodies` in turn over a few connections. */
export const postAll = async (
  url: string,
  contentType: string,
  bodies: Iterable<string | Uint8Array>,
): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const queue = Iterator.from(bodies);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const body of queue) await post(agent, url, contentType, body);
    }),
  );
  agent.destroy();
};
