// What facts say beside themselves, which stay attributes: the message that it was about, the flag, the queue.
import type { Draft } from './draft.ts';
import { FACT, type Facts } from './facts.ts';
import { fill, isMap, type Section, setIf } from './sections.ts';

const MAX_KEYS = 16;

export const addDerived = (draft: Draft, facts: Facts): void => {
  const messageId =
    facts.peekText(FACT['messaging.message.id'], 256) ?? facts.peekText(FACT['messaging.message_id'], 256);
  if (messageId !== undefined) fill(draft.content, 'correlation', addMessageId, messageId);
  addObject(draft.content, facts);
};

const addMessageId = (correlation: Section, messageId: string): void => {
  const keys = correlation['businessKeys'] ?? {};
  if (!isMap(keys) || Object.keys(keys).length >= MAX_KEYS) return;
  setIf(keys, 'messageId', messageId);
  correlation['businessKeys'] = keys;
};

/** A business event is about more than the queue that it went through. */
const addObject = (content: Section, facts: Facts): void => {
  if (content['object'] !== undefined || content['category'] === 'business') return;
  const flag = facts.peekText(FACT['feature_flag.key'], 256);
  const queue =
    facts.peekText(FACT['messaging.destination.name'], 256) ?? facts.peekText(FACT['messaging.destination'], 256);
  if (flag !== undefined) content['object'] = { type: 'feature_flag', id: flag };
  else if (queue !== undefined) content['object'] = { type: 'messaging.destination', id: queue };
};
