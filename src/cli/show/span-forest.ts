// Events as a forest: under each event what its span caused, in the order of time.
import type { EventRecord } from '../../sdk/index.ts';

export interface EventNode {
  readonly record: EventRecord;
  readonly children: EventNode[];
}

/** `records` oldest first. What has no span, or a parent that is not here, is a root. */
export const spanForest = (records: readonly EventRecord[]): readonly EventNode[] => {
  const nodes = records.map((record): EventNode => ({ record, children: [] }));
  const firstOfSpan = new Map<string, EventNode>();
  for (const node of nodes) {
    const { spanId } = node.record.event.correlation;
    if (spanId !== undefined && !firstOfSpan.has(spanId)) firstOfSpan.set(spanId, node);
  }
  const parents = new Map<EventNode, EventNode>();
  const roots: EventNode[] = [];
  for (const node of nodes) {
    const parent = parentOf(node, firstOfSpan);
    if (parent === undefined || isAncestor(node, parent, parents)) roots.push(node);
    else {
      parents.set(node, parent);
      parent.children.push(node);
    }
  }
  return roots;
};

/** Later events of a span stand under its first one, and the first one under the span that caused it. */
const parentOf = (node: EventNode, firstOfSpan: ReadonlyMap<string, EventNode>): EventNode | undefined => {
  const { spanId, parentSpanId } = node.record.event.correlation;
  const first = spanId === undefined ? undefined : firstOfSpan.get(spanId);
  if (first !== undefined && first !== node) return first;
  return parentSpanId === undefined ? undefined : firstOfSpan.get(parentSpanId);
};

/** Senders may name spans in a circle. */
const isAncestor = (node: EventNode, of: EventNode, parents: ReadonlyMap<EventNode, EventNode>): boolean => {
  for (let at: EventNode | undefined = of; at !== undefined; at = parents.get(at)) if (at === node) return true;
  return false;
};
