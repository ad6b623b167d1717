// What it was done to, and who did it.
import { type Fields, isFields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { at, clip, compact, fieldsAt, idAt, urlAt, wordsAt } from './payload.ts';

interface Subject {
  readonly type: string;
  /** Where in the payload it stands; of several paths the first that is there. */
  readonly at: readonly string[];
  /** Its fields for id and name; the id of what is numbered inside a repository begins with the repository. */
  readonly id: string;
  readonly name?: string;
}

const subject = (type: string, places: string, id = 'id', name = 'name'): Subject => ({
  type,
  at: places.split(' '),
  id,
  name,
});
const NUMBER = 'number';
const ALERT = subject('alert', 'alert', NUMBER, 'rule.description');
const RUN = subject('workflow_run', 'workflow_run');
const APP = subject('installation', 'installation', 'id', 'app_slug');
const DEPLOYMENT = subject('deployment', 'deployment', 'id', 'environment');
const PULL_REQUEST = subject('pull_request', 'pull_request', NUMBER, 'title');
const ADVISORY_FIELDS = ['ghsa_id', 'summary'] as const;

const SUBJECTS: Readonly<Record<string, Subject>> = {
  pull_request: PULL_REQUEST,
  pull_request_review: PULL_REQUEST,
  deployment: DEPLOYMENT,
  deployment_status: DEPLOYMENT,
  deployment_protection_rule: DEPLOYMENT,
  deployment_review: RUN,
  workflow_run: RUN,
  workflow_job: subject('workflow_job', 'workflow_job'),
  check_run: subject('check_run', 'check_run'),
  check_suite: subject('check_suite', 'check_suite', 'id', 'app.name'),
  release: subject('release', 'release', 'tag_name'),
  package: subject('package', 'package'),
  registry_package: subject('package', 'registry_package'),
  issues: subject('issue', 'issue', NUMBER, 'title'),
  member: subject('user', 'member', 'login'),
  membership: subject('user', 'member', 'login'),
  organization: subject('user', 'membership.user user', 'login'),
  org_block: subject('user', 'blocked_user', 'login'),
  team: subject('team', 'team', 'slug'),
  team_add: subject('team', 'team', 'slug'),
  installation: APP,
  installation_repositories: APP,
  installation_target: APP,
  github_app_authorization: subject('user', 'sender', 'login'),
  personal_access_token_request: subject('user', 'personal_access_token_request.owner', 'login'),
  deploy_key: subject('deploy_key', 'key', 'id', 'title'),
  branch_protection_rule: subject('branch_protection_rule', 'rule'),
  repository_ruleset: subject('repository_ruleset', 'repository_ruleset'),
  meta: subject('webhook', 'hook'),
  secret_scanning_alert: { ...ALERT, type: 'secret_scanning_alert', name: 'secret_type' },
  secret_scanning_alert_location: { ...ALERT, type: 'secret_scanning_alert', name: 'secret_type' },
  code_scanning_alert: { ...ALERT, type: 'code_scanning_alert' },
  dependabot_alert: { ...ALERT, type: 'dependabot_alert', name: 'security_advisory.summary' },
  repository_vulnerability_alert: subject('vulnerability_alert', 'alert', 'id', 'affected_package_name'),
  security_advisory: subject('security_advisory', 'security_advisory', ...ADVISORY_FIELDS),
  repository_advisory: subject('repository_advisory', 'repository_advisory', ...ADVISORY_FIELDS),
};

/** The subject of the event as the payload has it; undefined where it is the repository or organisation itself. */
export const subjectFields = ({ event, payload }: Pick<Hook, 'event' | 'payload'>): Fields | undefined => {
  const known = Object.hasOwn(SUBJECTS, event) ? SUBJECTS[event] : undefined;
  return known?.at.map((place) => fieldsAt(payload, place)).find((fields) => fields !== undefined);
};

export const objectOf = (hook: Hook): Fields | undefined => {
  const known = Object.hasOwn(SUBJECTS, hook.event) ? SUBJECTS[hook.event] : undefined;
  const fields = subjectFields(hook);
  const parent = idAt(hook.payload, 'repository.full_name') ?? idAt(hook.payload, 'organization.login');
  const id = known === undefined ? undefined : idAt(fields, known.id);
  if (known === undefined || id === undefined) return placeOf(hook.payload);
  return compact({
    type: known.type,
    id: known.id === NUMBER && parent !== undefined ? clip(`${parent}#${id}`, MAX_ID) : id,
    name: known.name === undefined ? undefined : wordsAt(fields, known.name, MAX_ID),
    url: urlAt(fields, 'html_url'),
    parent,
    version: idAt(fields, 'package_version.version', 128),
  });
};
const MAX_ID = 256;

const placeOf = (payload: Fields): Fields | undefined => {
  const repository = fieldsAt(payload, 'repository');
  const fullName = idAt(repository, 'full_name');
  if (fullName !== undefined) {
    const [name, url] = [wordsAt(repository, 'name', MAX_ID), urlAt(repository, 'html_url')];
    return compact({ type: 'repository', id: fullName, name, url, parent: idAt(payload, 'organization.login') });
  }
  const organization = idAt(payload, 'organization.login');
  return organization === undefined ? undefined : { type: 'organization', id: organization };
};

/** The one who merged, else the sender; what GitHub does of its own accord has no sender. */
export const actorOf = ({ payload }: Hook, action: string): Fields => {
  const merger = action === 'pr_merged' ? at(payload, 'pull_request.merged_by') : undefined;
  const account = isFields(merger) ? merger : fieldsAt(payload, 'sender');
  const login = idAt(account, 'login');
  if (login === undefined) return { id: 'github', type: 'system', name: 'GitHub' };
  const name = wordsAt(account, 'name', MAX_ID);
  return { id: login, type: typeOf(idAt(account, 'type'), login), ...(name !== undefined && { name }) };
};

const typeOf = (type: string | undefined, login: string): string => {
  if (type === 'Bot' || login.endsWith('[bot]')) return 'service_account';
  return type === undefined || type === 'User' ? 'user' : 'unknown';
};

/** A repository is the nearest that GitHub knows to a service. */
export const serviceOf = ({ payload }: Hook, environment: unknown): Fields | undefined => {
  const name = idAt(payload, 'repository.name', 255);
  if (name === undefined) return undefined;
  const namespace = idAt(payload, 'repository.owner.login', 255) ?? idAt(payload, 'repository.owner.name', 255);
  return compact({ name, namespace, environment });
};
