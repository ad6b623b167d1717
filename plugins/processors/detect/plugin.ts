import { definePlugin, duration, rx, z, type EventBatch } from '../../../src/sdk/index.ts';
import { createDetect, type Detect } from './detect.ts';

const bruteForce = z.strictObject({
  threshold: z.int().min(2).max(100).default(5).describe('So many failed authentications of one actor or address…'),
  window: duration()
    .refine((ms) => ms >= 1000 && ms <= 86_400_000, 'expected 1s to 24h')
    .prefault('10m')
    .describe('…within so much event time raise one alarm.'),
  actions: z
    .array(z.string().min(1))
    .min(1)
    .default(['unauthorized_access'])
    .describe('Security actions that may be a failed authentication.'),
});

const config = z.strictObject({
  brute_force: bruteForce.prefault({}).describe('Many failed authentications of one actor, or from one address.'),
  max_subjects: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(10_000)
    .describe('Actors and addresses remembered at once, of all tenants; one tenant holds at most a tenth.'),
});

export default definePlugin({
  kind: 'processor',
  type: 'detect',
  stability: 'beta',
  summary: 'Raises an alarm event where many events together tell what none tells alone: brute force.',
  config,
  create: ({ brute_force: { threshold, window: windowMs, actions }, max_subjects: maxSubjects }) => {
    const detect = createDetect({ threshold, windowSeconds: windowMs / 1000, actions, maxSubjects });
    return rx.map((batch) => withAlarms(batch, detect));
  },
});

/** What another collector has sealed has been looked at there; what was derived here is no input. */
const withAlarms = (batch: EventBatch, detect: Detect): EventBatch => {
  // Found in the order of arrival, inserted from behind: that leaves the places of those before alone.
  const found = batch.items.map(({ event, raw, derived }) =>
    event === undefined || derived === true || raw.canonical === true ? [] : detect(event),
  );
  for (let i = found.length - 1; i >= 0; i--) if (found[i]!.length > 0) batch.derive(i, found[i]!);
  return batch;
};
