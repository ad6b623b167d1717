// Pages that the typed sections have no place for; the others are derived from those (src/event/evidence.ts).
import { type Fields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { fieldsAt, idAt, urlAt, wordsAt } from './payload.ts';
import { pullRequestsOfRun } from './github-section.ts';

const MAX_FOUND = 16;

export const evidenceFrom = (hook: Hook): readonly Fields[] | undefined => {
  const { event, payload } = hook;
  const found = [
    ...pullRequestsOfRun(event, payload).map((pull) =>
      item('pull_request', pull['url'], undefined, idAt(pull, 'number')),
    ),
    ...ofEvent(hook),
  ].filter((evidence) => evidence !== undefined);
  return found.length === 0 ? undefined : found.slice(0, MAX_FOUND);
};

const ofEvent = ({ event, hookAction, payload }: Hook): readonly (Fields | undefined)[] => {
  switch (event) {
    case 'pull_request_review':
      return idAt(payload, 'review.state')?.toLowerCase() === 'approved'
        ? [page('approval', fieldsAt(payload, 'review'))]
        : [];
    case 'deployment_review':
      return hookAction === 'approved' ? [page('approval', fieldsAt(payload, 'workflow_run'))] : [];
    case 'check_run':
      return [page('test_report', fieldsAt(payload, 'check_run'), 'name')];
    case 'workflow_job':
      return [page('test_report', fieldsAt(payload, 'workflow_job'), 'name')];
    case 'package':
    case 'registry_package':
      return [page('artifact', fieldsAt(payload, event), 'name')];
    case 'issues':
      return [page('ticket', fieldsAt(payload, 'issue'), 'title')];
    case 'status':
      return [item('commit', urlAt(payload, 'commit.html_url'), undefined, idAt(payload, 'sha'))];
    case 'push':
      return [item('other', urlAt(payload, 'compare'), 'compare')];
    default:
      return [];
  }
};

const page = (type: string, fields: Fields | undefined, title = ''): Fields | undefined =>
  item(type, urlAt(fields, 'html_url'), title === '' ? undefined : wordsAt(fields, title, 1024), idAt(fields, 'id'));

const item = (type: string, url: unknown, title?: string, id?: string): Fields | undefined => {
  if (typeof url !== 'string' || !url.startsWith('https://')) return undefined;
  return {
    type,
    url,
    ...(title !== undefined && { title }),
    ...(id !== undefined && { id: id }),
    // The signature over the payload covers these as it covers what is derived.
    verified: true,
  };
};
