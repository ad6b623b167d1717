import type { OutcomeValue } from '../../../event/schema.ts';

/** Told of the payload where event and hook action do not decide; `conditions.ts` asks it. */
export type Condition = 'merged' | 'registered as a deploy' | 'says rollback' | 'state is final' | 'weakened';

export type ViolationRule = 'none' | 'privilege_escalation' | 'privilege_reduction' | 'policy_weakened' | 'by role';

export interface Rule {
  readonly event: string;
  /** Apart by spaces; `*`: any, and none. */
  readonly hookActions: string;
  readonly when?: Condition;
  readonly category: 'delivery' | 'security';
  readonly action: string;
  /** `by state`: the conclusion or state that the payload tells. */
  readonly outcome: OutcomeValue | 'by state';
  readonly violation?: ViolationRule;
}
