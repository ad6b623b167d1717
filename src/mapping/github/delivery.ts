import type { PriorDeployments } from './prior-deployments.ts';
import type { Fields } from '../../event/fields.ts';

/** One webhook, as it came. */
export interface Delivery {
  /** `X-GitHub-Event`. */
  readonly event: string;
  /** `X-GitHub-Delivery`. */
  readonly deliveryId?: string;
  readonly payload: unknown;
}

export interface GithubOptions {
  /** Workflows whose completed run is a deployment: name or file path to environment. */
  readonly deployWorkflows?: Readonly<Record<string, string>>;
  /** What was deployed before, where somebody remembers it. */
  readonly prior?: PriorDeployments;
}

/** A delivery whose payload is an object, and what is asked of it often. */
export interface Hook {
  readonly event: string;
  readonly deliveryId: string | undefined;
  readonly payload: Fields;
  /** The payload's `action`; empty where the event has none. */
  readonly hookAction: string;
  readonly options: GithubOptions;
}
