// Which keys name a secret, whatever their value looks like. Compared without case, `_`, `-` and other punctuation.

const DENIED = [
  ...['password', 'passwords', 'passwd', 'pwd', 'passphrase', 'passcode', 'pin', 'pin_code', 'otp', 'otp_code', 'totp'],
  ...['mfa_code', 'recovery_code', 'recovery_codes', 'backup_codes', 'seed_phrase', 'ssn', 'social_security_number'],
  ...[
    'secret',
    'secrets',
    'client_secret',
    'secret_key',
    'secret_access_key',
    'credential',
    'credentials',
    'basic_auth',
  ],
  ...[
    'token',
    'access_token',
    'refresh_token',
    'id_token',
    'auth_token',
    'bearer_token',
    'session_token',
    'csrf_token',
  ],
  ...['xsrf_token', 'x_csrf_token', 'x_xsrf_token', 'api_token', 'oauth_token', 'security_token', 'device_token'],
  ...['x_amz_security_token', 'aws_session_token', 'reset_token', 'verification_token', 'x_auth_token', 'user_token'],
  ...[
    'private_token',
    'job_token',
    'deploy_token',
    'github_token',
    'jwt',
    'bearer',
    'client_assertion',
    'saml_response',
  ],
  ...['api_key', 'x_api_key', 'app_key', 'auth_key', 'shared_access_key', 'shared_access_signature', 'x_amz_signature'],
  ...['private_key', 'ssh_key', 'signing_key', 'encryption_key', 'master_key', 'aws_secret_access_key'],
  ...['authorization', 'proxy_authorization', 'x_amz_authorization', 'cookie', 'cookies', 'set_cookie', 'set_cookie2'],
  ...['card', 'card_number', 'credit_card', 'credit_card_number', 'debit_card', 'cc_number', 'primary_account_number'],
  ...['cvv', 'cvv2', 'cvc', 'cvc2', 'card_cvc', 'card_cvv', 'security_code', 'card_security_code', 'track_data'],
];
/** `db_password` is a password too; `page_token` is no token, so tokens are listed above one by one. */
const DENIED_ENDINGS = [
  ...['password', 'passwd', 'passphrase', 'secret', 'private_key', 'api_key', 'secret_key', 'access_token'],
  'refresh_token',
];

/** Headers whose whole line is the secret. */
const WHOLE_LINE = new Set(['authorization', 'proxyauthorization', 'cookie', 'setcookie', 'setcookie2']);

const IP_KEYS = new Set([
  ...['ip', 'ipaddress', 'clientip', 'remoteip', 'sourceip', 'userip', 'peerip', 'clientipaddress', 'sourceipaddress'],
  ...['remoteaddr', 'remoteaddress', 'xforwardedfor', 'xrealip', 'xclientip', 'forwardedfor'],
]);
/** OpenTelemetry's names, whose last word alone says too little. */
const IP_ATTRIBUTES = new Set([
  'client.address',
  'source.address',
  'network.peer.address',
  'net.peer.ip',
  'net.sock.peer.addr',
]);

/** The comparable form of a key: the last dotted part, lower case, letters and digits only. */
export const comparable = (key: string): string => {
  const bare = key.replace(/[\]\s"']+$/, '');
  const start = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf('/'), bare.lastIndexOf('[')) + 1;
  return bare
    .slice(start)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
};

export type KeyTest = (key: string) => boolean;

export interface DeniedKeys {
  readonly has: KeyTest;
  /** Comparable forms: every denied key ends in one of them. */
  readonly words: ReadonlySet<string>;
}

/** The keys that name a secret, the configuration's own among them. */
export const deniedKeys = (extra: readonly string[]): DeniedKeys => {
  const words = new Set([...DENIED, ...extra].map(comparable));
  const endings = DENIED_ENDINGS.map(comparable);
  const has = remembered((key: string) => {
    const word = comparable(key);
    return words.has(word) || endings.some((ending) => word.endsWith(ending));
  });
  return { has, words: new Set([...words, ...endings]) };
};

export const takesWholeLine: KeyTest = (key) => WHOLE_LINE.has(comparable(key));
export const namesIp: KeyTest = (key) => IP_ATTRIBUTES.has(key.toLowerCase()) || IP_KEYS.has(comparable(key));

const CACHED_KEYS = 8192;
const CACHED_LENGTH = 64;

/** Remembers a pure function of a key. Senders choose the keys, so the memory is bounded. */
export const remembered = <T>(compute: (key: string) => T): ((key: string) => T) => {
  let known = new Map<string, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compute(key);
    if (key.length > CACHED_LENGTH) return result;
    if (known.size >= CACHED_KEYS) known = new Map();
    known.set(key, result);
    return result;
  };
};
