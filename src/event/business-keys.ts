// The business keys that everybody knows (CORRELATION.md 2), for who finds them in events and who reads them back.
import { nameBasedId } from './ids.ts';
import type { CanonicalEvent } from './schema.ts';

/** By priority; each names one process instance. */
export const PRIMARY_KEYS: readonly string[] = [
  'orderId',
  'checkoutId',
  'paymentId',
  'invoiceId',
  'subscriptionId',
  'incidentId',
  'deploymentId',
  'workflowRun',
  'pullRequest',
  'ticketId',
  'requestId',
];
/** By priority; each takes part in several processes. */
export const SECONDARY_KEYS: readonly string[] = [
  'itemId',
  'packageId',
  'shipmentId',
  'cartId',
  'commitSha',
  'artifactDigest',
  'messageId',
];
/** They join what does not belong together, or they are personal. */
export const NEVER_KEYS: readonly string[] = [
  'userId',
  'customerId',
  'productId',
  'repository',
  'service',
  'environment',
  'ip',
  'ipAddress',
  'accessKey',
  'accessKeyId',
  'email',
  'phone',
  'nationalId',
];

export interface BusinessKey {
  readonly type: string;
  readonly value: string;
}

/** The group of a key: its type is part of it, so that order 42 is not invoice 42. */
export const groupOfKey = (tenantId: string, { type, value }: BusinessKey): string =>
  nameBasedId(tenantId, type, value);

/** The groups that the event's primary keys name, as the event itself says it: no policy is needed to read it back. */
export const primaryGroupsOf = ({ correlation }: CanonicalEvent): readonly string[] => {
  const linked = (correlation.links ?? []).filter(({ type }) => type === 'business_key');
  const groups = linked.map(({ correlationId }) => correlationId);
  return correlation.method === 'business_key' ? [correlation.correlationId, ...groups] : groups;
};

/** `sessionId` as a key: stores find an event by its session as by a key of this type. */
export const SESSION_KEY = 'sessionId';

/** The session in whose course the event happened. */
export const sessionOf = ({ correlation, actor }: CanonicalEvent): string | undefined => {
  const session = correlation.sessionId ?? actor?.sessionId;
  return session === '' ? undefined : session;
};
