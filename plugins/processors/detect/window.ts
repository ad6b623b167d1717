// So many failures within so much event time: in any order of arrival, and a failure that comes again counts once.

export interface Failure {
  readonly eventId: string;
  /** Event time, in seconds with their fraction. */
  readonly at: number;
  readonly actor: string | undefined;
  readonly ip: string | undefined;
  readonly blocked: boolean;
}

/** What is remembered of one subject; at most three times the threshold. */
export interface Trail {
  /** Not yet part of an alarm, by event time. */
  pending: readonly Failure[];
  alarm: { readonly window: number; readonly trigger: string; readonly failures: readonly Failure[] } | undefined;
}
export const newTrail = (): Trail => ({ pending: [], alarm: undefined });

export interface Rule {
  readonly threshold: number;
  readonly windowSeconds: number;
}

export interface Alarm {
  /** Windows are aligned to the epoch: each replica that sees these failures numbers it alike. */
  readonly window: number;
  readonly failures: readonly Failure[];
}

/** An alarm if this failure completes one. It is raised again where the failure that completed it comes again. */
export const take = (trail: Trail, failure: Failure, rule: Rule): Alarm | undefined => {
  const { alarm } = trail;
  if (alarm?.trigger === failure.eventId) return alarm;
  if (isAmong(trail.pending, failure) || (alarm !== undefined && isAmong(alarm.failures, failure))) return undefined;
  const pending = [...trail.pending, failure].toSorted((a, b) => a.at - b.at);
  const run = runIn(pending, rule);
  const window = Math.floor((run?.at(-1) ?? failure).at / rule.windowSeconds);
  if (run === undefined || alarm?.window === window) {
    trail.pending = pending.slice(-2 * rule.threshold);
    return undefined;
  }
  trail.alarm = { window, trigger: failure.eventId, failures: run };
  // What the alarm tells, and what came before it, is not told again.
  trail.pending = pending.slice(pending.indexOf(run.at(-1)!) + 1);
  return trail.alarm;
};

const isAmong = (failures: readonly Failure[], { eventId }: Failure): boolean =>
  failures.some((failure) => failure.eventId === eventId);

/** The latest so many that lie within one length of the window. */
const runIn = (sorted: readonly Failure[], { threshold, windowSeconds }: Rule): readonly Failure[] | undefined => {
  for (let i = sorted.length - threshold; i >= 0; i--) {
    const run = sorted.slice(i, i + threshold);
    if (run.at(-1)!.at - run[0]!.at < windowSeconds) return run;
  }
  return undefined;
};
