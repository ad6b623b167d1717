import type { CanonicalEvent } from '../../event/schema.ts';

export const toOtlpJson = undefined as ((events: readonly CanonicalEvent[]) => string) | undefined;
