import { definePlugin, eachToCanonical, size, z } from '../../../src/sdk/index.ts';
import { EventNormalizer } from './normalize.ts';

const LARGEST = 256 * 1024;
const SMALLEST = 4 * 1024;
const LONGEST_ATTRIBUTE = 4 * 1024;

const config = z.strictObject({
  max_event_bytes: size()
    .refine((bytes) => bytes >= SMALLEST && bytes <= LARGEST, 'expected 4KiB to 256KiB')
    .prefault('64KiB')
    .describe('The largest canonical event, 4KiB to 256KiB.'),
  oversize: z
    .enum(['truncate', 'reject'])
    .default('truncate')
    .describe('What is larger: truncate cuts the longest texts of data, then of attributes, and lists each cut.'),
  max_attributes: z.int().min(1).max(128).default(128).describe('Attributes of an event; surplus ones move to data.'),
  max_attribute_bytes: size()
    .refine((bytes) => bytes >= 64 && bytes <= LONGEST_ATTRIBUTE, 'expected 64B to 4KiB')
    .prefault('4KiB')
    .describe('The longest text of an attribute, 64B to 4KiB.'),
  query_strings: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('Of request.path: a query string may hold anything, so that it is dropped unless you keep it.'),
});

export default definePlugin({
  kind: 'processor',
  type: 'normalize',
  stability: 'beta',
  summary: 'Makes the canonical event of what was sent: ids, times, outcome, severity, evidence, error class.',
  stage: 'raw_to_canonical',
  config,
  create: ({ max_event_bytes: maxEventBytes, oversize, ...options }, { clock, keys, version = '0.0.0' }) => {
    const normalizer = new EventNormalizer({
      maxEventBytes,
      oversize,
      keepQueries: options.query_strings === 'keep',
      attributeLimits: { maxKeys: options.max_attributes, maxBytes: options.max_attribute_bytes },
      pipelineVersion: version,
      clock,
      fingerprintKey: (tenant) => keys.derive('fingerprint', tenant),
    });
    return eachToCanonical((raw, origin) => normalizer.normalize(raw, origin));
  },
});
