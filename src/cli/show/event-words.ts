// The words for an event, the same in the table and in the tree.
import type { CanonicalEvent } from '../../event/schema.ts';
import { printable } from './printable.ts';

export const actorWords = ({ actor }: CanonicalEvent): string => printable(actor?.id ?? '');

export const objectWords = ({ object }: CanonicalEvent): string =>
  object === undefined ? '' : printable(`${object.type}:${object.id}`);

/** `2026-11-23 18:39:00.123`: to the millisecond, which is as fine as an eye compares. */
export const timeWords = ({ timestamp }: CanonicalEvent): string => {
  const [date = '', clock = ''] = timestamp.replace(/Z$/, '').split('T');
  const [seconds = '', fraction = ''] = clock.split('.');
  return printable(`${date} ${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}`);
};
