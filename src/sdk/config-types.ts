// What a plugin's `config` is written with: zod, and the types that YAML users write as text.
import { z } from 'zod';

export { z };

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

const scaled = (quantity: 'duration' | 'size', units: Readonly<Record<string, number>>, example: string) => {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join('|')})$`);
  const expected = `expected a number with a unit (${Object.keys(units).join(', ')}), e.g. ${example}`;
  return z
    .string(expected)
    .regex(pattern, expected)
    .meta({ quantity })
    .transform((text) => {
      const [, digits = '', unit = ''] = pattern.exec(text) ?? [];
      return Math.round(Number(digits) * (units[unit] ?? Number.NaN));
    });
};

/** `250ms`, `5s`, `1.5h` in YAML; milliseconds in code. */
export const duration = () => scaled('duration', DURATION_UNITS, '5s');
/** `10MiB`, `64KB` in YAML; bytes in code. */
export const size = () => scaled('size', SIZE_UNITS, '10MiB');

/** A value that prints as `***`; `reveal` is the only way to it. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

/** A password, token or key. Masked in `print-config`, logs and errors. */
export const secret = () =>
  z
    .string()
    .min(1)
    .meta({ secret: true })
    .transform((value) => new Secret(value));

/** `host:port`; port 0 picks a free one. */
export const endpoint = () =>
  z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, { error: 'expected host:port, e.g. 127.0.0.1:4319', abort: true })
    .refine((value) => Number(value.slice(value.lastIndexOf(':') + 1)) <= 65_535, 'expected a port from 0 to 65535')
    .describe('Where it listens, host:port; port 0 picks a free one.');

const tls = z
  .strictObject({
    cert_file: z.string().describe('PEM certificate chain; read again when it changes.'),
    key_file: z.string().describe('PEM private key.'),
    client_ca_file: z
      .string()
      .optional()
      .describe('PEM certificates that sign those of clients: whose name a tenant has under `mtls` is that tenant.'),
    require_client_cert: z.boolean().default(false).describe('Refuse connections without a client certificate.'),
  })
  .refine(({ client_ca_file, require_client_cert }) => client_ca_file !== undefined || !require_client_cert, {
    path: ['require_client_cert'],
    message: 'expected client_ca_file beside it',
  });

/** The options of everything that listens; spread into a plugin's strict object. */
export const listenerShape = (defaultEndpoint: string) => ({
  endpoint: endpoint().default(defaultEndpoint),
  tls: tls.optional().describe('Serve TLS 1.2 or later.'),
  insecure: z
    .boolean()
    .default(false)
    .describe('Allow a bind beyond loopback without TLS and tenants. Say it only behind something that does both.'),
});
export interface ListenerConfig {
  readonly endpoint: string;
  readonly tls?: TlsConfig | undefined;
  readonly insecure: boolean;
}
export interface TlsConfig {
  readonly cert_file: string;
  readonly key_file: string;
  readonly client_ca_file?: string | undefined;
  readonly require_client_cert?: boolean;
}

/** What shares a port shares its TLS. */
export const sameTls = (a: ListenerConfig, b: ListenerConfig): boolean =>
  a.tls?.cert_file === b.tls?.cert_file &&
  a.tls?.key_file === b.tls?.key_file &&
  a.tls?.client_ca_file === b.tls?.client_ca_file &&
  (a.tls?.require_client_cert ?? false) === (b.tls?.require_client_cert ?? false);
