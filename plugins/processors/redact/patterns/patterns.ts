// Values that are known by their shape. Every expression is linear: fixed prefixes, bounded counts, no nested quantifiers.
import { replaceAssignments } from './assignments.ts';
import { replaceCards } from './card.ts';
import { replaceEmails } from './email.ts';
import type { KeyTest } from '../keys.ts';
import { hash, marker, maskPhone, type Method } from '../methods.ts';
import { GATE } from './scan.ts';

/** What a pattern may need beside the text. */
export interface PatternTools {
  readonly isDenied: KeyTest;
  /** The tenant's pseudonym key. */
  pseudonymKey(): Buffer;
}

export interface Pattern {
  readonly name: string;
  readonly method: Method;
  /** Looked for only where `scan` opens one of these gates. */
  readonly gates: number;
  readonly summary: string;
  /** The same string where nothing was found. */
  replace(text: string, tools: PatternTools): string;
}

const dropped = (name: string, gates: number, expression: RegExp, summary: string): Pattern => ({
  name,
  method: 'drop',
  gates,
  summary,
  replace: (text) => text.replace(expression, marker(name)),
});

const PEM =
  /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))*(?:-----END [A-Z0-9 ]{0,40}-----)?/g;

// Once `eyJ` stands there the match cannot fail, so a run is read once; the callback decides.
const JWT = /eyJ[\w-]*(?:\.[\w-]*){0,4}/g;
const isJwt = (text: string): boolean => /^eyJ[\w-]{6,}\.[\w-]{4,}/.test(text);

const AWS_KEY_ID = /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/g;

const VENDOR_TOKENS = new RegExp(
  [
    'gh[opusr]_[A-Za-z0-9]{20,255}',
    'github_pat_[A-Za-z0-9_]{20,255}',
    'gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\\w-]{20,255}',
    'xox[a-z](?:\\.xox[a-z])?-[\\w-]{10,255}',
    'xapp-[\\w-]{20,255}',
    '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,255}',
    'whsec_[A-Za-z0-9+/]{20,255}={0,2}',
    'AIza[\\w-]{35}',
    'ya29\\.[\\w-]{20,1024}',
    'GOCSPX-[\\w-]{20,64}',
    'npm_[A-Za-z0-9]{36}',
    'pypi-AgE[\\w-]{50,1024}',
    'SG\\.[\\w-]{16,64}\\.[\\w-]{16,64}',
    'blk_[\\w-]{43}',
    '(?<![A-Za-z0-9])sk-(?=[\\w-]{0,64}[0-9])(?=[\\w-]{0,64}[A-Z])[\\w-]{20,255}',
    'do[opr]_v1_[0-9a-f]{64}',
    'hf_[A-Za-z0-9]{34}',
    'shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}',
    'dapi[0-9a-f]{32}',
    'hv[sbr]\\.[\\w-]{20,512}',
    'AGE-SECRET-KEY-1[A-Z0-9]{58}',
    'hooks\\.slack\\.com/services/[\\w/]{20,128}',
    '(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,128}={0,2}',
  ].join('|'),
  'g',
);

/** Cheap, and true for every text that holds one of them. */
const VENDOR_HINT =
  /gh[opusr]_|github_pat|gl[a-z]{2,4}-|xox|xapp|[sr]k[_-]|whsec|AIza|ya29|GOCSPX|npm_|pypi|SG\.|blk_|_v1_|hf_|shp|dapi|hv[sbr]\.|AGE-|hooks|Key=/;

const SCHEME = /\b(bearer|basic)([ \t]{1,4})([A-Za-z0-9._~+/-]{6,}={0,2})/gi;

/** `bearer authentication` is prose; a token has a digit, a change of case inside, or is long. */
const isOpaque = (text: string): boolean =>
  text.length >= 24 || /\d/.test(text) || /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(text) || text.endsWith('=');
const isBasic = (text: string): boolean => Buffer.from(text, 'base64').includes(58) && isOpaque(text);

const replaceSchemes = (text: string): string =>
  text.replace(SCHEME, (whole, scheme: string, gap: string, token: string) => {
    const found = scheme.toLowerCase() === 'basic' ? isBasic(token) : isOpaque(token);
    return found ? `${scheme}${gap}${marker('bearer')}` : whole;
  });

const URL_PASSWORD = /(:\/\/[^\s/:@?#"'[\]]{0,256}:)([^\s/?#"'[\]]{1,256})@/g;

const PHONE = /(?<![\w+])\+[1-9](?:(?: ?\(|\)[ -]?|[ .-])?\d){7,14}(?![\w*])/g;

/** In the order in which they are applied: what contains comes before what is contained. */
export const PATTERNS: readonly Pattern[] = [
  dropped('private_key', GATE.dashes, PEM, 'PEM private key blocks.'),
  {
    name: 'jwt',
    method: 'drop',
    gates: GATE.token,
    summary: 'JSON Web Tokens.',
    replace: (text) => (text.includes('eyJ') ? text.replace(JWT, (m) => (isJwt(m) ? marker('jwt') : m)) : text),
  },
  {
    name: 'vendor_token',
    method: 'drop',
    gates: GATE.token | GATE.kebab,
    summary: 'Tokens of GitHub, GitLab, Slack, Stripe, Google, npm and others.',
    replace: (text) => (VENDOR_HINT.test(text) ? text.replace(VENDOR_TOKENS, marker('vendor_token')) : text),
  },
  {
    name: 'aws_access_key_id',
    method: 'hash',
    gates: GATE.token,
    summary: 'AWS access key ids, which are identifiers: hashed.',
    replace: (text, tools) => text.replace(AWS_KEY_ID, (id) => hash(id, tools.pseudonymKey())),
  },
  {
    name: 'bearer',
    method: 'drop',
    gates: GATE.scheme,
    summary: 'What follows `Bearer` and `Basic`.',
    replace: replaceSchemes,
  },
  {
    name: 'url_password',
    method: 'drop',
    gates: GATE.at,
    summary: 'The password in `scheme://user:password@host`.',
    replace: (text) => text.replace(URL_PASSWORD, `$1${marker('url_password')}@`),
  },
  {
    name: 'assignment',
    method: 'drop',
    gates: GATE.assignment,
    summary: 'What a denied key is given inside a text: `password=…`, `"token": "…"`, `Cookie: …`.',
    replace: (text, tools) => replaceAssignments(text, tools.isDenied),
  },
  {
    name: 'email',
    method: 'mask',
    gates: GATE.at | GATE.percent,
    summary: 'E-mail addresses, to the first character and the domain.',
    replace: replaceEmails,
  },
  {
    name: 'phone',
    method: 'mask',
    gates: GATE.plus,
    summary: 'Phone numbers with a leading plus, to two digits at either end.',
    replace: (text) => text.replace(PHONE, maskPhone),
  },
  { name: 'card', method: 'drop', gates: GATE.digits, summary: 'Card numbers that pass Luhn.', replace: replaceCards },
];
