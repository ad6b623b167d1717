import { drop, type RawSlot } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';

export const mapGithub = (
  _delivery: { readonly event: string; readonly deliveryId?: string; readonly payload: unknown },
  _context: MappingContext,
): RawSlot => drop('not_mapped');
