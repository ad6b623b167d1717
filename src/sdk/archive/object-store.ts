/** An object as a listing tells of it. */
export interface ObjectEntry {
  readonly key: string;
  readonly bytes: number;
  /** When the store took it, in ms since 1970. */
  readonly modifiedMs: number;
}

export interface ListOptions {
  readonly after?: string;
  /** How many the caller is about to take. */
  readonly pageSize?: number;
}

/** Where an archive lies: a bucket or a folder. Keys are of ASCII, their parts parted by `/`. */
export interface ObjectStore {
  /**
   * Resolves when the object is durable, `there` where the key has one already, which then stays as it is. Rejects
   * with the driver's error, which the plugin's `classify` knows.
   */
  put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<'written' | 'there'>;
  /** Undefined: there is no such object. */
  read(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Everything whose key begins with `prefix` and stands behind `after`, in the order of the keys' bytes. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectEntry>;
  /** Gives up connections; the store may not be used any more. */
  close(): void;
}

export interface WholeObject {
  readonly bytes: Buffer;
  /** False: it has more than was asked for, and the rest was not read. */
  readonly isWhole: boolean;
}

/** Reads an object, at most `mostBytes` of it; undefined where there is none. */
export const readWhole = async (
  store: ObjectStore,
  key: string,
  mostBytes: number,
  signal?: AbortSignal,
): Promise<WholeObject | undefined> => {
  const stream = await store.read(key, signal);
  if (stream === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) return { bytes: Buffer.concat(chunks).subarray(0, mostBytes), isWhole: false };
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
};

/** The bucket's own expiry of what has aged. */
export interface Lifecycle {
  /** What is missing or wrong, in words; empty where the store's rules are as configured. */
  problems(): Promise<readonly string[]>;
  /** Puts the configured rules in the place of ours; the rules of others stay. */
  write(): Promise<void>;
}

/** An archive as the commands open it. */
export interface ArchiveStore extends ObjectStore {
  /** Undefined: this kind of store has none, or nothing is configured to expire. */
  readonly lifecycle?: Lifecycle;
}
