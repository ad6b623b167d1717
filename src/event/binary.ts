import type { CanonicalEvent } from './schema.ts';

export const encodeBinary = undefined as ((event: CanonicalEvent) => Uint8Array) | undefined;
