import { isIPv4, isIPv6 } from 'node:net';

const V4_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/;
const V6_PORT = /^\[([^\]]{2,64})\](?::(\d{1,5}))?$/;
const V4_MAPPED = /^(::ffff:)(\d{1,3}(?:\.\d{1,3}){3})$/i;
const LONGEST = 1024;

/** An address cut to its /24 or /48, a list of addresses each; undefined for what is no address. */
export const maskIp = (text: string): string | undefined => {
  if (text.length > LONGEST) return undefined;
  if (!text.includes(',')) return maskOne(text.trim());
  const masked = text.split(',').map((part) => maskOne(part.trim()));
  return masked.includes(undefined) ? undefined : masked.join(', ');
};

const maskOne = (text: string): string | undefined => {
  if (isIPv4(text)) return maskV4(text);
  const withPort = V4_PORT.exec(text);
  if (withPort !== null && isIPv4(withPort[1]!)) return `${maskV4(withPort[1]!)}:${withPort[2]}`;
  const mapped = V4_MAPPED.exec(text);
  if (mapped !== null && isIPv4(mapped[2]!)) return `${mapped[1]}${maskV4(mapped[2]!)}`;
  const bracketed = V6_PORT.exec(text);
  if (bracketed !== null && isIPv6(bracketed[1]!)) {
    const port = bracketed[2] === undefined ? '' : `:${bracketed[2]}`;
    return `[${maskV6(bracketed[1]!)}]${port}`;
  }
  return isIPv6(text) ? maskV6(text) : undefined;
};

const maskV4 = (text: string): string => `${text.slice(0, text.lastIndexOf('.'))}.0`;

const maskV6 = (text: string): string => {
  const [head = ''] = text.split('::');
  const groups = head === '' ? [] : head.split(':');
  const kept = groups.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16));
  while (kept.at(-1) === '0') kept.pop();
  return `${kept.join(':')}::`;
};
