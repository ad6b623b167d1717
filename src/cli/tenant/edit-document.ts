// Edits of a tenants file that leave its comments, its order and everything else as they are. Pure.
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Scope } from '../../sdk/index.ts';

export interface NewKey {
  readonly tenant: string;
  readonly prefix: string;
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  readonly expires?: string | undefined;
}

/** The text with the key added; a tenant that is not there is added too. The text is that of a valid tenants file, or empty. */
export const addKey = (text: string, { tenant, scopes, ...key }: NewKey): string => {
  const document = parseDocument(text);
  const tenants = listAt(document, document.contents, 'tenants');
  let owner = tenants.items.find((item): item is YAMLMap => isMap(item) && item.get('id') === tenant);
  if (owner === undefined) {
    owner = document.createNode({ id: tenant });
    tenants.add(owner);
  }
  const { prefix, sha256, expires } = key;
  const added = document.createNode({ prefix, sha256, scopes, ...(expires !== undefined && { expires }) });
  (added.get('scopes') as YAMLSeq).flow = true;
  listAt(document, owner, 'api_keys').add(added);
  return textOf(document);
};

/** The text with every key of this prefix revoked. */
export const revokeKey = (text: string, prefix: string, at: string): string => {
  const document = parseDocument(text);
  const tenants = document.get('tenants');
  for (const tenant of isSeq(tenants) ? tenants.items : []) {
    const keys = isMap(tenant) ? tenant.get('api_keys') : undefined;
    for (const key of isSeq(keys) ? keys.items : []) {
      if (isMap(key) && key.get('prefix') === prefix && !key.has('revoked')) key.set('revoked', at);
    }
  }
  return textOf(document);
};

/** The list under a key, made where it is missing. An empty `[]` becomes one with a line for each item. */
const listAt = (document: Document, parent: unknown, key: string): YAMLSeq => {
  if (!isMap(parent)) {
    document.contents = document.createNode({ [key]: [] });
    return blockOf((document.contents as YAMLMap).get(key) as YAMLSeq);
  }
  const found = parent.get(key);
  if (isSeq(found)) return blockOf(found);
  const made = document.createNode([]);
  parent.set(key, made);
  return blockOf(made);
};

const blockOf = (list: YAMLSeq): YAMLSeq => {
  if (list.items.length === 0) list.flow = false;
  return list;
};

/** Lines are not folded: a digest stays in one piece. */
const textOf = (document: Document): string => document.toString({ lineWidth: 0, flowCollectionPadding: false });
