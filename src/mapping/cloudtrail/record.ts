// A record's fields as they come: nothing is trusted to have the type that AWS documents.
import { type Fields, isFields } from '../../event/fields.ts';
import { isLonger } from '../../event/check/scalars.ts';
import type { Warning } from '../../event/schema.ts';

const NOTHING: Fields = {};
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : NOTHING);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Undefined for what is no text, or an empty one. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The warnings of one record. */
export type Warnings = Warning[];

/** At most so many bytes of UTF-8; a cut is told. */
export const clip = (text: string, maxBytes: number, path: string, warnings: Warnings): string => {
  if (!isLonger(text, maxBytes)) return text;
  warnings.push({ code: 'text_cut', path });
  return Buffer.from(text)
    .subarray(0, maxBytes)
    .toString()
    .replace(/\ufffd+$/, '');
};

/** Whatever stands behind the last colon or slash of an ARN. */
export const lastOfArn = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);

/** `s3.amazonaws.com` to `s3`. */
export const serviceOf = (eventSource: string): string => {
  const dot = eventSource.indexOf('.');
  return dot <= 0 ? eventSource : eventSource.slice(0, dot);
};

/** `ConsoleLogin` to `console_login`, `DescribeDBInstances` to `describe_db_instances`. */
export const toSnakeCase = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^_/, '')
    .replace(/_$/, '');
