// Does an edit leave a branch, or a repository, less guarded than it was? `changes` tells what was before.
import { type Fields, isFields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { at, fieldsAt, listAt } from './payload.ts';

export const isWeakened = ({ event, payload }: Hook): boolean => {
  switch (event) {
    case 'branch_protection_rule':
      return isRuleWeakened(fieldsAt(payload, 'changes') ?? {}, fieldsAt(payload, 'rule') ?? {});
    case 'repository_ruleset':
      return isRulesetWeakened(payload);
    case 'security_and_analysis':
      return isAnalysisOff(payload);
    default:
      return false;
  }
};

const isRuleWeakened = (changes: Fields, rule: Fields): boolean =>
  Object.entries(changes).some(([key, change]) => {
    if (!isFields(change)) return false;
    const [before, after] = [strengthOf(change['from']), strengthOf(rule[key])];
    if (before === undefined || after === undefined) return false;
    return PERMISSIVE.test(key) ? after > before : after < before;
  });

/** More of these is less protection. */
const PERMISSIVE = /^(allow_|ignore_)/;
const LEVELS: ReadonlyMap<unknown, number> = new Map([
  ['off', 0],
  ['non_admins', 1],
  ['everyone', 2],
]);

const strengthOf = (value: unknown): number | undefined => {
  if (typeof value === 'string') return LEVELS.get(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  return Array.isArray(value) ? value.length : undefined;
};

const ENFORCEMENT: ReadonlyMap<unknown, number> = new Map([
  ['disabled', 0],
  ['evaluate', 1],
  ['active', 2],
]);

const isRulesetWeakened = (payload: Fields): boolean => {
  const before = ENFORCEMENT.get(at(payload, 'changes.enforcement.from'));
  const after = ENFORCEMENT.get(at(payload, 'repository_ruleset.enforcement'));
  return (
    (before !== undefined && after !== undefined && after < before) ||
    listAt(payload, 'changes.rules.deleted').length > 0
  );
};

const isAnalysisOff = (payload: Fields): boolean =>
  Object.entries(fieldsAt(payload, 'changes.from.security_and_analysis') ?? {}).some(
    ([feature, before]) =>
      isFields(before) &&
      before['status'] === 'enabled' &&
      at(payload, `repository.security_and_analysis.${feature}.status`) === 'disabled',
  );
