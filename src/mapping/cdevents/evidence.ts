// What a CDEvent can be checked against: the pages that it links, and its artifact.
import { type Fields, isFields } from '../../event/fields.ts';
import type { EVIDENCE_TYPES } from '../../event/schema.ts';
import { fits, isHttps, textOf } from '../cloudevents/fields.ts';
import type { CdEvent } from './cd-event.ts';
import { EVIDENCE_OF } from './vocabulary.ts';

export interface Evidence {
  readonly type: (typeof EVIDENCE_TYPES)[number];
  readonly url: string;
  readonly title?: string;
  readonly id?: string;
  readonly digest?: string;
}

const MAX_EVIDENCE = 32;

/** In the order in which they weigh; none where the sender linked nothing. */
export const evidenceOf = ({ context, content, subject, subjectId, source }: CdEvent, kind: string): Evidence[] => {
  const type = EVIDENCE_OF[kind] ?? 'other';
  const id = textOf(subjectId, 256);
  const page = (url: unknown, found: Evidence['type']): Evidence[] =>
    isHttps(url) ? [{ type: found, url, ...(found === type && id !== undefined && { id }) }] : [];
  const found = [
    ...[content['uri'], content['url'], content['viewUrl']].flatMap((url) => page(url, type)),
    ...artifactOf(content['artifactId'] ?? (kind === 'artifact' ? subjectId : undefined)),
    ...page(fieldsOf(content['trigger'])['uri'], 'other'),
    ...page(fieldsOf(content['change'])['uri'], 'pull_request'),
    ...linksOf(context['links']),
  ];
  if (found.length > 0) return found.slice(0, MAX_EVIDENCE);
  const around = [subjectId, fieldsOf(content['repository'])['url'], fieldsOf(content['repository'])['source']];
  return [...around, subject['source'], source].flatMap((url) => page(url, 'other')).slice(0, 1);
};

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Links name other events; only those that name a page are evidence. */
const linksOf = (links: unknown): Evidence[] => {
  if (!Array.isArray(links)) return [];
  return links.slice(0, MAX_EVIDENCE).flatMap((link: unknown) => {
    const { url, uri, target, tags } = fieldsOf(link);
    const page = [url, uri, target, fieldsOf(target)['url'], fieldsOf(tags)['url']].find(isHttps);
    return page === undefined ? [] : [{ type: 'other', url: page } as const];
  });
};

const PURL = /^pkg:([a-z][a-z0-9.+-]*)\/([^@?#]+)(?:@([^?#]+))?(?:\?([^#]*))?/i;

export interface Purl {
  readonly version: string | undefined;
  readonly digest: string | undefined;
  readonly url: string | undefined;
}

/** A package URL; undefined for what is none. Only where it says itself where it lives does it have a page. */
export const purlOf = (value: unknown): Purl | undefined => {
  if (!fits(value, 2048)) return undefined;
  const [, type = '', path = '', version, query = ''] = PURL.exec(value) ?? [];
  if (type === '') return undefined;
  const plain = version === undefined ? undefined : decoded(version);
  const isDigest = plain !== undefined && /^sha\d{1,3}:[0-9a-f]{32,128}$/i.test(plain);
  return {
    version: isDigest ? undefined : textOf(plain, 128),
    digest: isDigest ? plain : undefined,
    url: pageOf(type.toLowerCase(), path, new URLSearchParams(query)),
  };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const pageOf = (type: string, path: string, query: URLSearchParams): string | undefined => {
  const named = ['repository_url', 'download_url', 'vcs_url'].map((key) => query.get(key)?.replace(/^git\+/, ''));
  const url = named.find((text) => text !== undefined && text !== '');
  if (url !== undefined) return toHttps(url);
  return type === 'github' ? toHttps(`github.com/${path}`) : undefined;
};

/** Registries are named without a scheme; one in the clear is no evidence. */
const toHttps = (text: string): string | undefined => {
  const url = text.includes('://') ? text : `https://${text}`;
  return isHttps(url) && URL.canParse(url) ? url : undefined;
};

const artifactOf = (artifactId: unknown): Evidence[] => {
  const purl = purlOf(artifactId);
  if (purl?.url === undefined) return [];
  return [
    {
      type: 'artifact',
      url: purl.url,
      ...(fits(artifactId, 256) && { id: artifactId }),
      ...(purl.digest !== undefined && { digest: purl.digest }),
    },
  ];
};
