// The JetStream stream between gateways and workers. Receiver and exporter each have this file, since a plugin stands
// alone; a test holds the two to the same text.
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import { duration, size, z } from '../../../src/sdk/index.ts';

export const streamName = () =>
  z.string().regex(/^[^\s.*>/\\]{1,128}$/, 'expected a name without dots, spaces, wildcards and slashes');

/** What a missing stream is made with. One that exists is never changed. */
export const createStreamShape = z.strictObject({
  subjects: z.array(z.string().min(1)).min(1).describe('What it holds, e.g. `[events.>]`.'),
  retention: z
    .enum(['workqueue', 'limits', 'interest'])
    .default('workqueue')
    .describe('workqueue: a message stays until it is delivered, whatever its age, and then goes.'),
  replicas: z.int().min(1).max(5).default(1).describe('Servers that hold each message; 3 survive the loss of one.'),
  max_bytes: size().optional().describe('Full: publishers are refused and wait. Without it, what the server allows.'),
  max_age: duration().optional().describe('Older messages are deleted, delivered or not. Without it, never.'),
  duplicate_window: duration().prefault('2m').describe('For so long a message that comes again is known by its id.'),
});
export type CreateStream = z.output<typeof createStreamShape>;

const NANOS_PER_MS = 1_000_000;
const NOT_FOUND = 10_059;
const NAME_IN_USE = 10_058;
const isApiError = (error: unknown, code: number): boolean => error instanceof JetStreamApiError && error.code === code;

/** The stream, made if it is missing and `create` says how. Of several that make it at once, the first one counts. */
export const ensureStream = async (
  manager: JetStreamManager,
  name: string,
  create: CreateStream | undefined,
): Promise<StreamInfo> => {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (!isApiError(error, NOT_FOUND)) throw error;
    if (create === undefined)
      throw new Error(`there is no stream ${name}: create it, or say with create_stream how it is made`, {
        cause: error,
      });
    return createStream(manager, name, create);
  }
};

const createStream = async (manager: JetStreamManager, name: string, create: CreateStream): Promise<StreamInfo> => {
  try {
    return await manager.streams.add({
      name,
      subjects: create.subjects,
      retention: create.retention,
      num_replicas: create.replicas,
      storage: StorageType.File,
      // Old messages are events that were acknowledged: a full stream refuses new ones instead.
      discard: DiscardPolicy.New,
      duplicate_window: create.duplicate_window * NANOS_PER_MS,
      ...(create.max_bytes !== undefined && { max_bytes: create.max_bytes }),
      ...(create.max_age !== undefined && { max_age: create.max_age * NANOS_PER_MS }),
    });
  } catch (error) {
    if (isApiError(error, NAME_IN_USE)) return manager.streams.info(name);
    throw error;
  }
};
