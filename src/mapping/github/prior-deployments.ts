/** A deployment that is asked about. */
export interface DeploymentTarget {
  readonly repository: string;
  readonly environment: string;
  readonly sha: string;
  /** When it was created: what was created later does not count as earlier. RFC 3339. */
  readonly createdAt: string;
}

/** The deployment that a rollback turns away from. */
export interface RolledBack {
  readonly deploymentId: string;
  readonly sha: string;
}

/** The successful deployments of each environment, as far as they are known. */
export interface PriorDeployments {
  /**
   * The current deployment of the environment, where the target's commit was deployed there before it: deploying the
   * target is a rollback.
   */
  rolledBackBy(target: DeploymentTarget): RolledBack | undefined;
}
