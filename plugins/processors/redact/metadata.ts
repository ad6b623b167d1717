// What an event says about itself: business keys that repeat a value, and paths that name a sender's keys.
import { mapPointer } from '../../../src/event/pointer.ts';
import type { CanonicalEvent, Processing } from '../../../src/event/schema.ts';
import type { Actions } from './actions.ts';
import type { Trail } from './trail.ts';

export interface Metadata {
  /** What was taken out elsewhere must not stay readable as a business key. */
  hashBusinessKeys(event: CanonicalEvent): void;
  /** What `normalize` noted names keys of the sender's. */
  cleanPaths(processing: Processing): void;
}

export const createMetadata = (
  trail: Trail,
  hashInPlace: Actions['hashInPlace'],
  cleaned: (text: string) => string,
): Metadata => ({
  hashBusinessKeys: ({ correlation: { businessKeys } }) => {
    if (businessKeys === undefined) return;
    trail.enter('correlation');
    trail.enter('businessKeys');
    for (const [key, value] of Object.entries(businessKeys)) {
      const rule = trail.ruleThatTook(value);
      if (rule !== undefined) hashInPlace(businessKeys, key, value, rule);
    }
    trail.leave();
    trail.leave();
  },

  cleanPaths: (processing) => {
    const { truncatedPaths, warnings } = processing;
    if (truncatedPaths !== undefined)
      processing.truncatedPaths = truncatedPaths.map((path) => mapPointer(path, cleaned));
    if (warnings === undefined) return;
    for (const warning of warnings) {
      if (warning.path !== undefined) warning.path = mapPointer(warning.path, cleaned);
    }
  },
});
