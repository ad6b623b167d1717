// What a delivery event can be checked against: given by the sender, and derived from its typed sections (EVENTS.md 2).
import type { CanonicalEvent, NativeEvent } from './schema.ts';

export type Evidence = NonNullable<CanonicalEvent['evidence']>[number];
type Sections = Pick<NativeEvent, 'github' | 'deployment' | 'object' | 'evidence'>;

const MAX_EVIDENCE = 32;
const MAX_URL = 2048;

/**
 * The sender's and the derived, each (type, url) once, sorted by them; empty if there is nothing. `verified` where
 * it was derived from a delivery whose signature was checked.
 */
export const evidenceOf = (sections: Sections, verified: boolean): Evidence[] => {
  const given = (sections.evidence ?? []).map((item) => ({ ...item, verified: item.verified ?? false }));
  const found = unique([...given, ...derived(sections, verified)]);
  const evidence = found.length > 0 ? found : unique(fallback(sections, verified)).slice(0, 1);
  return evidence.slice(0, MAX_EVIDENCE).toSorted(byTypeAndUrl);
};

type Found = Omit<Evidence, 'url' | 'verified'> & { readonly url: string | undefined };

const derived = ({ github, deployment }: Sections, verified: boolean): Evidence[] => {
  const repository = github?.repository?.url;
  const sha = github?.commitSha ?? github?.pullRequest?.mergeCommitSha ?? deployment?.commitSha;
  const found: Found[] = [
    {
      type: 'pull_request',
      url: github?.pullRequest?.url,
      title: github?.pullRequest?.title,
      id: textOf(github?.pullRequest?.number),
    },
    {
      type: 'workflow_run',
      url: github?.workflow?.url,
      title: github?.workflow?.name,
      id: textOf(github?.workflow?.runId),
    },
    { type: 'release', url: github?.release?.url, title: github?.release?.tag },
    { type: 'commit', url: repository && sha && `${repository}/commit/${encodeURIComponent(sha)}`, id: sha },
    { type: 'deployment', url: deployment?.url, id: deployment?.id },
  ];
  return linked(found, verified);
};

/** The subject's page, the organisation's, the sender's: the first that there is. */
const fallback = ({ github, object }: Sections, verified: boolean): Evidence[] =>
  linked(
    [
      { type: 'other', url: object?.url },
      { type: 'other', url: github?.repository?.url },
      { type: 'other', url: accountUrl(github?.organization) },
      { type: 'other', url: accountUrl(github?.sender) },
    ],
    verified,
  );

const accountUrl = (name: string | undefined): string | undefined =>
  name === undefined || name === '' ? undefined : `https://github.com/${encodeURIComponent(name)}`;

const linked = (found: readonly Found[], verified: boolean): Evidence[] =>
  found.flatMap(({ type, url, title, id }) =>
    url !== undefined && url.startsWith('https://') && Buffer.byteLength(url) <= MAX_URL
      ? [{ type, url, title, id, verified }]
      : [],
  );

const textOf = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

const unique = (evidence: readonly Evidence[]): Evidence[] => {
  const first = new Map<string, Evidence>();
  for (const item of evidence) {
    const key = `${item.type} ${item.url}`;
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
};

const byTypeAndUrl = (a: Evidence, b: Evidence): number => compare(a.type, b.type) || compare(a.url, b.url);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
