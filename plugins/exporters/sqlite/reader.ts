import type { EventReader, LinkedLine, ReadPage, StoredLine } from '../../../src/sdk/index.ts';
import { openChannel } from './channel.ts';

/** Reads in a thread and over a connection of its own, beside a running collector or without one. */
export const createSqliteReader = (path: string): EventReader => {
  const channel = openChannel({ role: 'read', path });
  return {
    query: (tenant, filter, page) => channel.ask<ReadPage>({ op: 'query', tenant, filter, page }),
    event: (tenant, eventId) => channel.ask<StoredLine | undefined>({ op: 'event', tenant, eventId }),
    linkedTo: (tenant, correlationId, page) =>
      channel.ask<ReadPage<LinkedLine>>({ op: 'linked', tenant, correlationId, page }),
    carrying: (tenant, key, page) => channel.ask<ReadPage>({ op: 'carrying', tenant, key, page }),
    countCarrying: (tenant, key, limit) => channel.ask<number>({ op: 'count', tenant, key, limit }),
    close: () => channel.close(),
  };
};
