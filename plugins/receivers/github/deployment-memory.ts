// The successful deployments of each environment, as far as this process has seen them: best effort, and bounded.
import { parseInstant } from '../../../src/event/time.ts';
import type { PriorDeployments } from '../../../src/mapping/github/prior-deployments.ts';

export interface SuccessfulDeployment {
  readonly repository: string;
  readonly environment: string;
  readonly deploymentId: string;
  readonly sha: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface DeploymentMemory extends PriorDeployments {
  remember(deployment: SuccessfulDeployment): void;
}

interface Entry {
  readonly deploymentId: string;
  readonly sha: string;
  readonly atSeconds: number;
}

const MAX_PLACES = 10_000;
const MAX_DEPLOYMENTS = 64;

/**
 * What is asked about a deployment is answered from those created before it, so that a redelivery gets the same answer
 * whatever has come since. The places that were used least recently are forgotten first.
 */
export const createDeploymentMemory = (maxPlaces: number = MAX_PLACES): DeploymentMemory => {
  const places = new Map<string, readonly Entry[]>();

  const touch = (place: string, entries: readonly Entry[]): void => {
    places.delete(place);
    places.set(place, entries);
    if (places.size > maxPlaces) places.delete(places.keys().next().value!);
  };

  return {
    remember({ repository, environment, deploymentId, sha, createdAt }) {
      const atSeconds = secondsOf(createdAt);
      if (atSeconds === undefined) return;
      const place = placeOf(repository, environment);
      const others = (places.get(place) ?? []).filter((entry) => entry.deploymentId !== deploymentId);
      const entries = [...others, { deploymentId, sha, atSeconds }].toSorted((a, b) => a.atSeconds - b.atSeconds);
      touch(place, entries.slice(-MAX_DEPLOYMENTS));
    },
    rolledBackBy({ repository, environment, sha, createdAt }) {
      const place = placeOf(repository, environment);
      const entries = places.get(place);
      const atSeconds = secondsOf(createdAt);
      if (entries === undefined || atSeconds === undefined) return undefined;
      touch(place, entries);
      return currentBefore(
        entries.filter((entry) => entry.atSeconds < atSeconds),
        sha,
      );
    },
  };
};

/** The current deployment, if the commit was first deployed before the current one's was. */
const currentBefore = (entries: readonly Entry[], sha: string): Entry | undefined => {
  const current = entries.at(-1);
  const own = entries.findIndex((entry) => entry.sha === sha);
  if (current === undefined || own === -1) return undefined;
  return own < entries.findIndex((entry) => entry.sha === current.sha) ? current : undefined;
};

const placeOf = (repository: string, environment: string): string => JSON.stringify([repository, environment]);

const secondsOf = (text: string): number | undefined => {
  const parsed = parseInstant(text);
  return typeof parsed === 'string' ? undefined : parsed.instant.seconds + parsed.instant.nanos / 1e9;
};
