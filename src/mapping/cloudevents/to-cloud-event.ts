import type { CanonicalEvent } from '../../event/schema.ts';

export const toCloudEvent = undefined as ((event: CanonicalEvent) => unknown) | undefined;
