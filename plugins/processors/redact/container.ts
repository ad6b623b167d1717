// The values that a walk meets.
import { isRawJson } from '../../../src/event/json.ts';

export type Container = Record<string, unknown>;
export const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** An integer that no double holds, as `parseJson` keeps it. */
export const isRawNumber = (value: unknown): value is { readonly rawJSON: string } =>
  isContainer(value) && value['rawJSON'] !== undefined && isRawJson(value);

/** Keeps what cannot be a secret: that a password is absent, or was given at all. */
export const isTelling = (value: unknown): boolean => value !== null && value !== '' && typeof value !== 'boolean';

const PAIR_NAMES = ['name', 'key', 'header', 'field', 'Name', 'Key', 'Header', 'Field'];

/** `{ name: 'password', value: … }`: the key is a value beside it. */
export const isPairedWith = (container: Container, isMeant: (key: string) => boolean): boolean =>
  PAIR_NAMES.some((name) => typeof container[name] === 'string' && isMeant(container[name]));
