// The registered domain attributes of EVENTS.md 7: what a business record without `object.*` was done to.
import type { Draft } from './draft.ts';
import { fits } from './facts.ts';

const OBJECT_TYPES = ['order', 'checkout', 'payment', 'invoice', 'subscription', 'ticket'];
/** By priority: `order.id`, `orderId`, `order_id`. */
const DOMAIN_KEYS = OBJECT_TYPES.flatMap((type) =>
  [`${type}.id`, `${type}Id`, `${type}_id`].map((key) => ({ key, type })),
);

/** The attribute stays where it is: correlation groups by it. */
export const addDomainObject = ({ content, attributes }: Draft): void => {
  if (content['object'] !== undefined || content['category'] !== 'business') return;
  for (const { key, type } of DOMAIN_KEYS) {
    const id = attributes[key];
    if (typeof id !== 'string' || id === '' || !fits(id, 256)) continue;
    content['object'] = { type, id };
    return;
  }
};
