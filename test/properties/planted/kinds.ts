// Twenty kinds of secrets, each made anew at every call: what is planted, and what of it must be readable nowhere.
export type Random = () => number;

/** The same numbers in every run. */
export const seededRandom = (seed: number): Random => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface Planted {
  readonly kind: string;
  /** Where it stands for itself in a text. */
  readonly text: string;
  readonly secret: string;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const UPPER = LOWER.toUpperCase();
const MIXED = LOWER + UPPER + DIGITS;

export const pick = <T>(random: Random, from: ArrayLike<T>): T => from[Math.floor(random() * from.length)]!;
export const letters = (random: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => pick(random, alphabet)).join('');
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const jwt = (random: Random): string =>
  `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: letters(random, MIXED, 12) })}.${letters(random, MIXED, 32)}`;

/** With the check digit that Luhn asks for. */
const luhn = (digits: string): string => {
  const sum = [...digits].toReversed().reduce((total, digit, i) => {
    const weighted = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return digits + ((10 - (sum % 10)) % 10);
};
const grouped = (digits: string, gap: string): string => digits.replaceAll(/\d{4}(?=\d)/g, `$&${gap}`);

/** Found by their shape, wherever a text holds them. */
export const BY_SHAPE: Readonly<Record<string, (random: Random) => Omit<Planted, 'kind'>>> = {
  jwt: (random) => itself(jwt(random)),
  aws_access_key_id: (random) => itself(`${pick(random, ['AKIA', 'ASIA'])}${letters(random, UPPER + '234567', 16)}`),
  private_key: (random) => {
    const secret = letters(random, MIXED, 48);
    return { text: `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`, secret };
  },
  visa: (random) => itself(luhn(`4${letters(random, DIGITS, 14)}`)),
  card_in_groups: (random) => itself(grouped(luhn(`5${pick(random, '12345')}${letters(random, DIGITS, 13)}`), ' ')),
  card_with_dashes: (random) => itself(grouped(luhn(`4${letters(random, DIGITS, 14)}`), '-')),
  github_token: (random) => itself(`gh${pick(random, 'opusr')}_${letters(random, MIXED, 36)}`),
  github_fine_grained: (random) => itself(`github_pat_${letters(random, MIXED, 22)}_${letters(random, MIXED, 59)}`),
  slack_token: (random) => itself(`xoxb-${letters(random, DIGITS, 12)}-${letters(random, MIXED, 24)}`),
  stripe_key: (random) => itself(`sk_live_${letters(random, MIXED, 24)}`),
  bearer: (random) => labelled('Bearer ', letters(random, MIXED, 32)),
  url_password: (random) => {
    const secret = letters(random, MIXED, 14);
    return { text: `postgres://app:${secret}@db.internal:5432/orders`, secret };
  },
  email: (random) => {
    const secret = `${letters(random, LOWER, 8)}.${letters(random, LOWER, 8)}`;
    return { text: `${secret}@example.com`, secret };
  },
  phone: (random) => {
    const secret = `${letters(random, DIGITS, 2)} ${letters(random, DIGITS, 4)} ${letters(random, DIGITS, 2)}`;
    return { text: `+49 1${secret}34`, secret };
  },
};

/** Any text could be one: found because a key says what it is. */
export const BY_KEY: Readonly<Record<string, (random: Random) => Omit<Planted, 'kind'>>> = {
  password: (random) => labelled('password=', letters(random, MIXED, 12)),
  quoted_secret: (random) => labelled('"client_secret": "', letters(random, MIXED, 20), '"'),
  query_token: (random) => labelled('https://api.example.com/cb?access_token=', letters(random, MIXED, 18), '&state=1'),
  api_key: (random) => labelled('api_key: ', letters(random, MIXED, 24)),
  cookie: (random) => labelled('Cookie: sid=', letters(random, MIXED, 24)),
  aws_secret_access_key: (random) => labelled('aws_secret_access_key=', letters(random, `${MIXED}+`, 40)),
};

export const KINDS: readonly string[] = [...Object.keys(BY_SHAPE), ...Object.keys(BY_KEY)];

export const makeSecret = (kind: string, random: Random): Planted => ({
  kind,
  ...(BY_SHAPE[kind] ?? BY_KEY[kind])!(random),
});

const itself = (text: string): Omit<Planted, 'kind'> => ({ text, secret: text });
const labelled = (before: string, secret: string, after = ''): Omit<Planted, 'kind'> => ({
  text: before + secret + after,
  secret,
});
