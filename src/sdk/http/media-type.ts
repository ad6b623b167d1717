/** A `Content-Type`, taken apart: `type/subtype` and the charset, both in lower case. */
export interface MediaType {
  /** Empty where the header is missing or is no media type. */
  readonly essence: string;
  readonly charset?: string;
}

const ESSENCE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;
const JSON_TYPE: MediaType = { essence: 'application/json' };

export const parseMediaType = (header: string | undefined): MediaType => {
  if (header === 'application/json') return JSON_TYPE;
  const [first = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const essence = first.trim();
  const charset = parameters.map(charsetOf).find((value) => value !== undefined);
  return { essence: ESSENCE.test(essence) ? essence : '', ...(charset !== undefined && { charset }) };
};

const charsetOf = (parameter: string): string | undefined => {
  const [name, value = ''] = parameter.split('=');
  return name?.trim() === 'charset' ? value.trim().replaceAll('"', '') : undefined;
};

/** JSON is UTF-8 (RFC 8259, 8.1); its subset US-ASCII is taken too. */
export const isUtf8 = ({ charset }: MediaType): boolean =>
  charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii';
