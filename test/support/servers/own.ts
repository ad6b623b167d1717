import { OWN_SERVERS } from '../../../scripts/servers/catalog.ts';
import type { TestServer } from './server-process.ts';

/** The server that a variable names, if it is set. Tests that stop their server cannot do so with one of yours. */
export const ownServer = (name: string): TestServer | undefined => {
  const variable = OWN_SERVERS[name] ?? '';
  const url = process.env[variable];
  if (url === undefined || url === '') return undefined;
  const refuse = (): never => {
    throw new Error(`this test stops and starts its server, and will not do so with yours: unset ${variable}`);
  };
  return {
    url,
    kill: async () => refuse(),
    start: async () => refuse(),
    pause: refuse,
    resume: refuse,
    cpuMicros: refuse,
    stop: async () => undefined,
  };
};
