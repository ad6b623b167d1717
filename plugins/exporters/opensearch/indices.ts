// What has to be there before events are sent: the template, the month's index, the tenant's alias on it.
import type { ExportOutcome } from '../../../src/sdk/index.ts';
import { describe, errorTypeOf, parseAnswer, refusalOf } from './answer.ts';
import type { Answer, Connection } from './connect.ts';
import type { Document } from './encode.ts';
import { aliasOf } from './months.ts';
import { TEMPLATE_VERSION, templateName, templateOf, type TemplateOptions } from './template.ts';

export interface IndicesOptions extends TemplateOptions {
  readonly tenantAliases: boolean;
}

export interface Indices {
  /** Puts the template; rejects where it cannot be put, or is a newer program's. */
  prepare(): Promise<void>;
  /** Makes the indices and aliases that these documents are the first to need. Indices that could not be made, and why. */
  ensure(documents: readonly Document[], signal: AbortSignal): Promise<ReadonlyMap<string, ExportOutcome>>;
  /** The index is gone: it is made again when it is needed. */
  forget(index: string): void;
}

const MAX_TENANTS_AN_INDEX = 100_000;

export const createIndices = (connection: Connection, options: IndicesOptions): Indices => {
  /** The tenants of each known index that have their alias. */
  const known = new Map<string, Set<string>>();

  const create = async (index: string, signal: AbortSignal): Promise<ExportOutcome | undefined> => {
    // Also a store that was emptied since the start gets its mapping back.
    const refused = await putTemplate(connection, options, signal);
    if (refused !== undefined) return refused;
    const answer = await connection.ask({ method: 'PUT', path: `/${index}`, body: '{}' }, signal);
    if (isDone(answer) || errorTypeOf(answer) === 'resource_already_exists_exception') {
      known.set(index, new Set());
      return undefined;
    }
    return notTheEvents(answer);
  };

  const addAliases = async (
    index: string,
    tenants: readonly string[],
    signal: AbortSignal,
  ): Promise<ExportOutcome | undefined> => {
    const actions = tenants.map((tenant) => ({ add: { index, ...aliasBody(options.prefix, tenant) } }));
    const answer = await connection.ask(
      { method: 'POST', path: '/_aliases', body: JSON.stringify({ actions }) },
      signal,
    );
    if (!isDone(answer)) {
      if (answer.status === 404) known.delete(index);
      return answer.status === 404 ? { status: 'retry', reason: describe(answer) } : notTheEvents(answer);
    }
    const having = known.get(index);
    if (having !== undefined && having.size > MAX_TENANTS_AN_INDEX) having.clear();
    for (const tenant of tenants) having?.add(tenant);
    return undefined;
  };

  const ensureOne = async (
    index: string,
    tenants: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ExportOutcome | undefined> => {
    const failure = known.has(index) ? undefined : await create(index, signal);
    if (failure !== undefined || !options.tenantAliases) return failure;
    const missing = [...tenants].filter((tenant) => known.get(index)?.has(tenant) !== true);
    return missing.length === 0 ? undefined : addAliases(index, missing, signal);
  };

  return {
    prepare: async () => {
      const refused = await putTemplate(connection, options);
      if (refused !== undefined && 'reason' in refused) throw new Error(refused.reason);
    },
    ensure: async (documents, signal) => {
      const failures = new Map<string, ExportOutcome>();
      for (const [index, tenants] of tenantsByIndex(documents)) {
        const failure = await ensureOne(index, tenants, signal);
        if (failure !== undefined) failures.set(index, failure);
      }
      return failures;
    },
    forget: (index) => void known.delete(index),
  };
};

const isDone = ({ status }: Answer): boolean => status === 200 || status === 201;

/** An index or alias that is refused condemns no event. */
const notTheEvents = (answer: Answer): ExportOutcome => {
  const outcome = refusalOf(answer);
  return outcome.status === 'suspect' ? { status: 'stop', reason: describe(answer) } : outcome;
};

const aliasBody = (prefix: string, tenant: string): object => ({
  alias: aliasOf(prefix, tenant),
  routing: tenant,
  filter: { term: { tenantId: tenant } },
});

const tenantsByIndex = (documents: readonly Document[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  let lastIndex = '';
  let lastTenant = '';
  for (const { index, tenant } of documents) {
    if (index === lastIndex && tenant === lastTenant) continue;
    const tenants = found.get(index);
    if (tenants === undefined) found.set(index, new Set([tenant]));
    else tenants.add(tenant);
    lastIndex = index;
    lastTenant = tenant;
  }
  return found;
};

interface Templates {
  readonly index_templates?: readonly { readonly index_template?: { readonly version?: number } }[];
}

const putTemplate = async (
  connection: Connection,
  options: TemplateOptions,
  signal?: AbortSignal,
): Promise<ExportOutcome | undefined> => {
  const path = `/_index_template/${templateName(options.prefix)}`;
  const there = await connection.ask({ method: 'GET', path }, signal);
  if (there.status !== 200 && there.status !== 404) return notTheEvents(there);
  const version = (parseAnswer(there) as Templates | undefined)?.index_templates?.[0]?.index_template?.version ?? 0;
  if (version > TEMPLATE_VERSION) {
    const reason = `the index template is of version ${version}, a newer program's; this one knows ${TEMPLATE_VERSION}`;
    return { status: 'stop', reason };
  }
  const put = await connection.ask({ method: 'PUT', path, body: JSON.stringify(templateOf(options)) }, signal);
  return isDone(put) ? undefined : notTheEvents(put);
};
