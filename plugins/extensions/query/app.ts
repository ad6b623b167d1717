// The read API (INTERFACE.md 5). The tenant is the credential's; what belongs to another does not exist here.
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import {
  correlationJson,
  credentialOf,
  isCursorRefused,
  isQueryFault,
  isRefusal,
  pageJson,
  parseQuery,
  recordJson,
  refusalProblem,
  toTraceId,
  traceJson,
  type Authenticator,
  type DeadLetterQueue,
  type EventQueries,
  type Log,
  type Principal,
  type ReportViolation,
} from '../../../src/sdk/index.ts';
import {
  answerJson,
  answerProblem,
  faultProblem,
  invalid,
  NO_METHOD,
  NO_STORE,
  NOT_FOUND,
  OTHER_TENANT,
  SECURITY_HEADERS,
  STORE_FAILED,
} from './answers.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { openApi } from './openapi.ts';

export interface QueryAppOptions {
  readonly authenticator: Authenticator;
  readonly store: EventQueries | undefined;
  readonly deadLetters?: DeadLetterQueue | undefined;
  readonly log: Log;
  /** The component's id, as violations name it. */
  readonly id: string;
  readonly reportViolation?: ReportViolation | undefined;
}

export interface Env {
  Bindings: HttpBindings;
  Variables: { tenant: string; store: EventQueries };
}
export type QueryApp = Hono<Env>;

const MAX_ID_CHARS = 256;

export const createQueryApp = (options: QueryAppOptions): QueryApp => {
  const { authenticator, store, deadLetters, log } = options;
  const app: QueryApp = new Hono<Env>();

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.res.headers.set(name, value);
  });
  const namesAnother = createReport(options);
  app.route('/v1/dead-letters', deadLetterRoutes({ authenticator, deadLetters, namesAnother }));
  app.use(async (context, next) => {
    const { method } = context.req;
    return method === 'GET' || method === 'HEAD' ? next() : answerProblem(context, NO_METHOD);
  });
  app.get('/openapi.json', (context) => answerJson(context, OPENAPI_TEXT));

  app.use('/v1/*', async (context, next) => {
    const who = await authenticator.authenticate(credentialOf(context.env.incoming), 'read');
    if (isRefusal(who)) return answerProblem(context, refusalProblem(who));
    const named = context.req.queries('tenant') ?? [];
    if (named.some((tenant) => tenant !== who.tenant)) return namesAnother(context, who);
    if (store === undefined) return answerProblem(context, NO_STORE);
    context.set('tenant', who.tenant);
    context.set('store', store);
    return next();
  });
  app.get('/v1/events', queryEvents);
  app.get('/v1/events/:id', findEvent);
  app.get('/v1/traces/:id', findTrace);
  app.get('/v1/correlations/:id', findCorrelation);

  app.notFound((context) => answerProblem(context, NOT_FOUND));
  app.onError((error, context) => {
    // The readers' messages name codes and never a value; of another error only the kind is told.
    log.error('a query failed', { error: error.name, reason: error.message });
    return answerProblem(context, STORE_FAILED);
  });
  return app;
};

/** The answer to who names a tenant that is not the credential's; it is told as a security event of the credential's. */
export type NamesAnother = (context: Context<Env>, who: Principal) => Response;

const createReport =
  ({ log, id, reportViolation }: QueryAppOptions): NamesAnother =>
  (context, { tenant, name }) => {
    const { method, path } = context.req;
    log.warn('a reader named another tenant', { tenant, principal: name });
    const request = { method, path: path.slice(0, MAX_ID_CHARS), statusCode: OTHER_TENANT.status };
    reportViolation?.({ type: 'cross_tenant_access', tenant, principal: name, component: id, request });
    return answerProblem(context, OTHER_TENANT);
  };

const OPENAPI_TEXT = JSON.stringify(openApi);

const queryEvents = async (context: Context<Env>): Promise<Response> => {
  const query = parseQuery(new URL(context.req.url).searchParams);
  if (isQueryFault(query)) return answerProblem(context, faultProblem(query));
  const { filter, limit, cursor } = query;
  const page = await context.get('store').query({ tenant: context.get('tenant'), filter, limit, cursor });
  if (isCursorRefused(page)) return answerProblem(context, invalid([{ ...page, path: '/cursor' }]));
  return answerJson(context, pageJson(page));
};

const findEvent = async (context: Context<Env>): Promise<Response> => {
  const id = context.req.param('id') ?? '';
  const event = id.length > MAX_ID_CHARS ? undefined : await context.get('store').event(context.get('tenant'), id);
  return event === undefined ? answerProblem(context, NOT_FOUND) : answerJson(context, recordJson(event));
};

const findTrace = async (context: Context<Env>): Promise<Response> => {
  const id = toTraceId(context.req.param('id') ?? '');
  const trace = id === undefined ? undefined : await context.get('store').trace(context.get('tenant'), id);
  if (id === undefined || trace === undefined) return answerProblem(context, NOT_FOUND);
  return answerJson(context, traceJson(id, trace));
};

const findCorrelation = async (context: Context<Env>): Promise<Response> => {
  const id = context.req.param('id') ?? '';
  const group =
    id.length > MAX_ID_CHARS ? undefined : await context.get('store').correlation(context.get('tenant'), id);
  return group === undefined ? answerProblem(context, NOT_FOUND) : answerJson(context, correlationJson(id, group));
};
