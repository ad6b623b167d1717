import type { Correlation, EventRecord, GroupLink } from '../../sdk/index.ts';
import { eventTree } from './event-tree.ts';
import type { Paint } from './paint.ts';
import { fit, printable } from './printable.ts';

const INDENT = '  ';

/** The group and what names it as one timeline; under it, by what they are linked, the events that are not of it. */
export const correlationTree = ({ events, links }: Correlation, columns: number, paint: Paint): string => {
  const section = (heading: string, records: readonly EventRecord[]): string =>
    `${paint('dim', fit(heading, columns))}\n${indented(eventTree(records, columns - INDENT.length, paint))}`;
  const shown = new Set(events.map(({ event }) => event.eventId));
  const beside = (link: GroupLink): readonly EventRecord[] =>
    link.events.filter(({ event }) => !shown.has(event.eventId)).toReversed();
  return [
    eventTree(
      events.filter(({ linkedBy }) => linkedBy?.kind !== 'key'),
      columns,
      paint,
    ),
    ...[...byKey(events)].map(([key, records]) => section(`by ${key}`, records)),
    ...links.map((link) => section(headingOf(link), beside(link))),
  ].join('');
};

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, INDENT);

const byKey = (events: readonly EventRecord[]): ReadonlyMap<string, readonly EventRecord[]> => {
  const groups = new Map<string, EventRecord[]>();
  for (const record of events) {
    if (record.linkedBy?.kind !== 'key') continue;
    const key = keyWords(record.linkedBy);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return groups;
};

const keyWords = ({ type, value }: { readonly type: string; readonly value: string }): string =>
  printable(`${type}:${value}`);

const LINK_WORDS = { package: 'package', shared_key: 'shared', same_session: 'same session' } as const;

const headingOf = (link: GroupLink): string => {
  const { length: count } = link.events;
  const events = `${count} ${count === 1 ? 'event' : 'events'}`;
  if (link.type === 'after_deployment')
    return `after a deployment of ${printable(link.service)} in ${printable(link.environment)}, ${events}`;
  return `${LINK_WORDS[link.type]} ${keyWords(link.key)}, ${link.hub === true ? 'too common to be shown' : events}`;
};
