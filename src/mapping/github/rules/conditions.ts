import { findRollback } from '../rollback.ts';
import { environmentOf } from '../deployment.ts';
import type { Hook } from '../delivery.ts';
import { at } from '../payload.ts';
import type { Condition } from './rule.ts';
import { isFinal, stateOf } from '../state.ts';
import { isWeakened } from '../weakened.ts';

const HOLDS: Readonly<Record<Condition, (hook: Hook) => boolean>> = {
  merged: ({ payload }) => at(payload, 'pull_request.merged') === true,
  'registered as a deploy': (hook) => environmentOf(hook) !== undefined,
  'says rollback': (hook) => findRollback(hook) !== undefined,
  'state is final': (hook) => isFinal(stateOf(hook)),
  weakened: isWeakened,
};

export const holds = (condition: Condition, hook: Hook): boolean => HOLDS[condition](hook);
