// Values that look like something and are nothing: they must come through as they were sent.
import { letters, pick, type Random } from './kinds.ts';

const HEX = '0123456789abcdef';
const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const digits = (random: Random, length: number): string => letters(random, DIGITS, length);
const hex = (random: Random, length: number): string => letters(random, HEX, length);
const two = (random: Random, below: number): string => String(1 + Math.floor(random() * below)).padStart(2, '0');

/** Thirteen digits and more that fail Luhn by one. */
const noCard = (random: Random): string => {
  const body = `4${digits(random, 14)}`;
  const sum = [...body].toReversed().reduce((total, digit, i) => {
    const weighted = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return body + ((11 - (sum % 10)) % 10);
};

export const HARMLESS: Readonly<Record<string, (random: Random) => string>> = {
  uuid: (random) => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-'),
  trace_id: (random) => hex(random, 32),
  span_id: (random) => hex(random, 16),
  traceparent: (random) => `00-${hex(random, 32)}-${hex(random, 16)}-01`,
  sha1: (random) => hex(random, 40),
  sha256: (random) => `sha256:${hex(random, 64)}`,
  order_number: (random) => `ORD-2025-${digits(random, 8)}`,
  order_digits: (random) => `1${digits(random, 10)}`,
  phone_like_order: (random) => `0${digits(random, 3)} ${digits(random, 7)}`,
  no_card: noCard,
  epoch_nanos: (random) => `17${digits(random, 17)}`,
  iso_time: (random) =>
    `2025-${two(random, 12)}-${two(random, 28)}T${two(random, 23)}:${two(random, 59)}:${two(random, 59)}.${digits(random, 9)}Z`,
  iso_time_offset: (random) =>
    `2025-${two(random, 12)}-${two(random, 28)}T10:00:00+0${1 + Math.floor(random() * 9)}:00`,
  version: (random) =>
    `v${digits(random, 1)}.${digits(random, 2)}.${digits(random, 3)}-rc.${digits(random, 1)}+build.${digits(random, 4)}`,
  file_path: (random) =>
    `/srv/app/releases/2025${digits(random, 10)}/${letters(random, LOWER, 12)}/index.js:${digits(random, 3)}:7`,
  ulid: (random) => `01${letters(random, BASE32, 24)}`,
  base64_id: (random) => letters(random, BASE64, 22),
  pod_name: (random) =>
    `checkout-api-${letters(random, 'bcdfghjklmnpqrstvwxz2456789', 9)}-${letters(random, 'bcdfghjklmnpqrstvwxz2456789', 5)}`,
  image: (random) => `registry.example.com/shop/checkout@sha256:${hex(random, 64)}`,
  arn: (random) => `arn:aws:secretsmanager:eu-central-1:${digits(random, 12)}:secret:db-${letters(random, LOWER, 6)}`,
  address: (random) => `https://shop.example.com/orders/${digits(random, 9)}?page_size=20&sort=date`,
  package_url: (random) => `pkg:npm/%40scope/${letters(random, LOWER, 8)}@1.${digits(random, 2)}.0`,
  sentence: (random) =>
    `${pick(random, ['The token expired after', 'Password changed, sessions ended:', 'Card declined, attempt'])} ${digits(random, 3)}`,
  amount: (random) => `${digits(random, 4)}.${digits(random, 2)} EUR`,
};
