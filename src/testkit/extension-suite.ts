import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint, Extension, ExtensionContext, ExtensionPlugin, Principal } from '../sdk/index.ts';
import { componentContext } from './fakes.ts';
import { createTestHost, type TestHost } from './test-host.ts';

export interface ExtensionSuiteOptions {
  /** As in YAML; with every endpoint at port 0. */
  readonly config?: unknown;
  /** Goes before the suite's own: a store, a status, an authenticator. */
  readonly context?: Partial<ExtensionContext>;
}

const PRINCIPAL: Principal = { tenant: 'acme', scopes: new Set(['read']), name: 'blk_testtest' };

/** What the runtime relies on in every extension. */
export const extensionSuite = (plugin: ExtensionPlugin, { config, context }: ExtensionSuiteOptions = {}): void => {
  describe(`${plugin.type} as an extension`, () => {
    let host: TestHost;

    beforeEach(() => {
      host = createTestHost();
    });
    afterEach(() => host.close());

    const create = (): Extension =>
      plugin.create(plugin.config.parse(config ?? {}), {
        ...componentContext({ id: plugin.type }),
        listen: host.listen,
        authenticator: { authenticate: async () => PRINCIPAL },
        store: undefined,
        status: () => ({
          ready: true,
          reasons: [],
          version: '0.0.0',
          uptimeSeconds: 1,
          journalBytes: 0,
          components: [],
        }),
        ...context,
      });
    const answers = ({ address }: Endpoint): Promise<Response> => fetch(`http://${address}/no-such-page`);

    test('starts where it says, and stops', async () => {
      const extension = create();
      for (const endpoint of await extension.start()) expect((await answers(endpoint)).status).toBeGreaterThan(0);
      await extension.stop(new AbortController().signal);
    });

    test('answers what it does not know as a problem, without an echo of the request', async () => {
      const extension = create();
      for (const endpoint of await extension.start()) {
        const answer = await fetch(`http://${endpoint.address}/CANARY-b7f2?secret=CANARY-b7f2`);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
        expect(await answer.text()).not.toContain('CANARY-b7f2');
      }
      await extension.stop(new AbortController().signal);
    });

    test('a second instance starts after the first one has stopped', async () => {
      for (let i = 0; i < 2; i++) {
        const extension = create();
        await extension.start();
        await extension.stop(new AbortController().signal);
      }
    });
  });
};
