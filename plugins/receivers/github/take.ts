// A delivery whose signature is right: to one slot, through the pipelines, and what could not pass to the dead letters.
import { createHmac } from 'node:crypto';
import { mapGithub } from '../../../src/mapping/github/map-github.ts';
import {
  type EventError,
  type Intake,
  type Lease,
  type Log,
  type Outcome,
  type Problem,
  type RawSlot,
  rejectAll,
} from '../../../src/sdk/index.ts';
import { type Answer, answerOf, NO_ROOM_FOR_LETTERS, REPLAYED, unreadable } from './answer.ts';
import { type BodyForm, decode } from './decode.ts';
import type { DeploymentMemory, SuccessfulDeployment } from './deployment-memory.ts';
import type { ReplayGuard } from './replay-guard.ts';

export interface Signed {
  readonly event: string;
  readonly guid: string;
  readonly hookId: string;
  readonly contentType: string;
  readonly form: BodyForm;
  readonly body: Buffer;
}

export interface TakeOptions {
  readonly receiver: string;
  readonly log: Log;
  readonly digestKey: Buffer;
  readonly tenant: string;
  readonly deployWorkflows: Readonly<Record<string, string>>;
  readonly guard: ReplayGuard;
  readonly deployments: DeploymentMemory;
}

export type Take = (signed: Signed, lease: Lease) => Promise<Answer | Problem>;

export const createTake = (intake: Intake, options: TakeOptions): Take => {
  const { guard, deployments } = options;

  return async (signed, lease) => {
    const { hookId, body, guid } = signed;
    if (guard.isReplay(hookId, body, guid)) return replayed(signed, lease);
    const decoded = decode(body, signed.form);
    if ('fault' in decoded) {
      await settle(rejectAll([decoded.fault]), lease);
      return refused(signed, [decoded.fault], unreadable(decoded.fault));
    }
    const slot = slotOf(signed, decoded.payload);
    const deployment = successOf(slot);
    const outcome = await settle(slot, lease);
    if (outcome.status === 'rejected') return refused(signed, outcome.errors, answerOf(outcome));
    if (outcome.status === 'retry') guard.forget(hookId, body);
    else if (deployment !== undefined) deployments.remember(deployment);
    return answerOf(outcome);
  };

  function slotOf({ event, guid, body, contentType }: Signed, payload: unknown): RawSlot {
    const { receiver, deployWorkflows } = options;
    const context = { receiver, receivedAt: intake.now(), rawSize: body.length, contentType };
    const delivery = { event, deliveryId: guid, payload };
    return mapGithub(delivery, context, { deployWorkflows, prior: deployments });
  }

  /** Through the pipelines too, where it is counted: the books must balance. */
  async function replayed({ event, guid }: Signed, lease: Lease): Promise<Problem> {
    await settle(rejectAll([{ code: REPLAYED.code, path: '', message: 'was taken under another GUID' }]), lease);
    options.log.warn('a webhook was replayed under another GUID, and refused', { code: REPLAYED.code, event, guid });
    return REPLAYED;
  }

  /** GitHub never sends it again by itself: before it is told to forget it, it is a dead letter. */
  async function refused(
    { body, hookId }: Signed,
    [error = UNKNOWN]: readonly EventError[],
    problem: Answer | Problem,
  ): Promise<Answer | Problem> {
    // A redelivery under the same GUID, or another, may find a collector that takes it.
    guard.forget(hookId, body);
    const { code, path, message } = error;
    const letter = {
      tenant: options.tenant,
      code,
      message: path === '' ? message : `${path} ${message}`,
      attempts: 1,
      size: body.length,
      digest: `hmac-sha256:${createHmac('sha256', options.digestKey).update(body).digest('hex')}`,
    };
    try {
      await intake.deadLetter([letter]);
    } catch (cause) {
      options.log.error('a refused webhook found no room among the dead letters', {
        error: cause instanceof Error ? cause.name : typeof cause,
      });
      return NO_ROOM_FOR_LETTERS;
    }
    return problem;
  }
};

const UNKNOWN: EventError = { code: 'REJECTED', path: '', message: 'is refused' };

const settle = async (slot: RawSlot, lease: Lease): Promise<Outcome> => {
  const [outcome] = await lease.emit({ slots: [slot] });
  return outcome ?? { status: 'rejected', errors: [UNKNOWN] };
};

/** Read before the emit, which takes the content over. */
const successOf = (slot: RawSlot): SuccessfulDeployment | undefined => {
  if (!('content' in slot)) return undefined;
  const { action, outcome, deployment, github } = slot.content as Mapped;
  const repository = github?.repository?.fullName;
  if (action !== 'deploy_completed' || outcome !== 'success' || repository === undefined) return undefined;
  const { id, environment, commitSha, startedAt } = deployment ?? {};
  if (id === undefined || environment === undefined || commitSha === undefined || startedAt === undefined)
    return undefined;
  return { repository, environment, deploymentId: id, sha: commitSha, createdAt: startedAt };
};

/** What of a mapped webhook is read again here. */
interface Mapped {
  readonly action?: string;
  readonly outcome?: string;
  readonly deployment?: {
    readonly id?: string;
    readonly environment?: string;
    readonly commitSha?: string;
    readonly startedAt?: string;
  };
  readonly github?: { readonly repository?: { readonly fullName?: string } };
}
