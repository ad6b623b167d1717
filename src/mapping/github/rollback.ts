// Is a deployment a rollback? What the deployment says goes before what is known of earlier ones.
import { isFields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { at, idAt, shaAt } from './payload.ts';
import type { RolledBack } from './prior-deployments.ts';

export interface Rollback {
  /** What it turns away from, where it is known. */
  readonly from: RolledBack | undefined;
}

export const findRollback = ({ payload, options }: Hook): Rollback | undefined => {
  const from = options.prior === undefined ? undefined : known(payload, options.prior);
  const isSaid = saysRollback(at(payload, 'deployment.task')) || payloadSays(at(payload, 'deployment.payload'));
  return isSaid || from !== undefined ? { from } : undefined;
};

const known = (payload: Hook['payload'], prior: NonNullable<Hook['options']['prior']>): RolledBack | undefined => {
  const repository = idAt(payload, 'repository.full_name');
  const environment = idAt(payload, 'deployment.environment', 128);
  const sha = shaAt(payload, 'deployment.sha');
  const createdAt = idAt(payload, 'deployment.created_at', 64);
  if (repository === undefined || environment === undefined || sha === undefined || createdAt === undefined)
    return undefined;
  return prior.rolledBackBy({ repository, environment, sha, createdAt });
};

const ROLLBACK = /^(auto[ _-]?)?roll(ed|ing)?[ _-]?back/i;
const saysRollback = (value: unknown): boolean => typeof value === 'string' && ROLLBACK.test(value.trim());

const MAX_PAYLOAD_TEXT = 64 * 1024;

/** The payload is what its creator made it: an object, JSON text, or a word. */
const payloadSays = (payload: unknown): boolean => {
  const value = typeof payload === 'string' && payload.startsWith('{') ? parsed(payload) : payload;
  if (!isFields(value)) return saysRollback(value);
  return Object.entries(value).some(
    ([key, told]) => saysRollback(told) || (saysRollback(key) && told !== false && told !== null && told !== ''),
  );
};

const parsed = (text: string): unknown => {
  if (text.length > MAX_PAYLOAD_TEXT) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // No JSON after all: then it is a word, and one that begins with a brace says nothing.
    return undefined;
  }
};
