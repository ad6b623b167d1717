// Dead letters over HTTP (INTERFACE.md 5): to read, to retry, to drop. The tenant is the credential's.
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import {
  credentialOf,
  deadLetterJson,
  isQueryFault,
  isRefusal,
  parseDeadLetterQuery,
  parseMediaType,
  refusalProblem,
  z,
  type Authenticator,
  type DeadLetterFilter,
  type DeadLetterQueue,
  type DeadLetterResult,
  type Principal,
  type Problem,
  type Scope,
} from '../../../src/sdk/index.ts';
import {
  answerJson,
  answerProblem,
  BODY_TOO_LARGE,
  faultProblem,
  invalid,
  NO_DEAD_LETTERS,
  NO_METHOD,
  NOT_FOUND,
  NOT_JSON,
} from './answers.ts';
import type { Env, NamesAnother } from './app.ts';

export interface DeadLetterRoutesOptions {
  readonly authenticator: Authenticator;
  readonly deadLetters: DeadLetterQueue | undefined;
  readonly namesAnother: NamesAnother;
}

const MAX_BODY_BYTES = 1024 * 1024;

const selection = z.strictObject({
  ids: z.array(z.uuid()).min(1).max(10_000).optional(),
  tenant: z.string().optional(),
  stage: z.string().optional(),
  code: z.string().optional(),
  component: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  dryRun: z.boolean().default(false),
});

interface Selected {
  readonly filter: DeadLetterFilter;
  readonly dryRun: boolean;
}
type Act = (queue: DeadLetterQueue, selected: Selected) => Promise<readonly DeadLetterResult[]>;

export const deadLetterRoutes = ({ authenticator, deadLetters, namesAnother }: DeadLetterRoutesOptions): Hono<Env> => {
  const routes = new Hono<Env>();

  /** Who may, or the answer that refuses. */
  const allow = async (
    context: Context<Env>,
    scope: Scope,
    named: readonly string[],
  ): Promise<Principal | Response> => {
    const who = await authenticator.authenticate(credentialOf(context.env.incoming), scope);
    if (isRefusal(who)) return answerProblem(context, refusalProblem(who));
    return named.every((tenant) => tenant === who.tenant) ? who : namesAnother(context, who);
  };

  routes.get('/', async (context) => {
    const parameters = new URL(context.req.url).searchParams;
    const who = await allow(context, 'read', parameters.getAll('tenant'));
    if (who instanceof Response) return who;
    if (deadLetters === undefined) return answerProblem(context, NO_DEAD_LETTERS);
    const query = parseDeadLetterQuery(parameters);
    if (isQueryFault(query)) return answerProblem(context, faultProblem(query));
    const letters = await deadLetters.list({ ...query.filter, tenant: who.tenant }, query.limit);
    return answerJson(context, `{"deadLetters":[${letters.map(deadLetterJson).join(',')}]}`);
  });

  routes.get('/:id', async (context) => {
    const who = await allow(context, 'read', context.req.queries('tenant') ?? []);
    if (who instanceof Response) return who;
    if (deadLetters === undefined) return answerProblem(context, NO_DEAD_LETTERS);
    const [letter] = await deadLetters.list({ tenant: who.tenant, ids: new Set([context.req.param('id')]) }, 1);
    return letter === undefined ? answerProblem(context, NOT_FOUND) : answerJson(context, deadLetterJson(letter));
  });

  const action = (scope: Scope, act: Act) => async (context: Context<Env>) => {
    const who = await allow(context, scope, []);
    if (who instanceof Response) return who;
    if (deadLetters === undefined) return answerProblem(context, NO_DEAD_LETTERS);
    const selected = await readSelection(context);
    if ('status' in selected) return answerProblem(context, selected);
    const { tenant = who.tenant } = selected.filter;
    if (tenant !== who.tenant) return namesAnother(context, who);
    const results = await act(deadLetters, { ...selected, filter: { ...selected.filter, tenant } });
    return answerJson(context, JSON.stringify(reportOf(results)));
  };
  const limited = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => answerProblem(context, BODY_TOO_LARGE) });
  routes.post(
    '/retry',
    limited,
    action('replay', (queue, { filter, dryRun }) => queue.retry(filter, { dryRun })),
  );
  routes.post(
    '/drop',
    limited,
    action('admin', (queue, { filter, dryRun }) => queue.drop(filter, { dryRun })),
  );
  routes.all('*', (context) => answerProblem(context, NO_METHOD));
  return routes;
};

/** JSON only: a page of another origin cannot send that without being asked first. */
const readSelection = async (context: Context<Env>): Promise<Selected | Problem> => {
  if (parseMediaType(context.req.header('content-type')).essence !== 'application/json') return NOT_JSON;
  const body: unknown = await context.req.json().catch(() => undefined);
  const parsed = selection.safeParse(body);
  if (!parsed.success) {
    return invalid(
      parsed.error.issues.map(({ path, code }) => ({
        code: 'QUERY_PARAMETER_INVALID',
        path: path.map((part) => `/${String(part)}`).join(''),
        message: `is not as described in /openapi.json (${code})`,
      })),
    );
  }
  const { ids, dryRun, ...parameters } = parsed.data;
  const query = parseDeadLetterQuery(Object.entries(parameters).filter(isGiven));
  if (isQueryFault(query)) return faultProblem(query);
  return { filter: { ...query.filter, ...(ids !== undefined && { ids: new Set(ids) }) }, dryRun };
};

const isGiven = (entry: readonly [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;

const reportOf = (results: readonly DeadLetterResult[]) => {
  const count = (status: DeadLetterResult['status']): number =>
    results.filter((result) => result.status === status).length;
  return {
    matched: results.length,
    retried: count('retried'),
    dropped: count('dropped'),
    refused: count('refused'),
    unavailable: count('unavailable'),
    notRetriable: count('not_retriable'),
    results,
  };
};
