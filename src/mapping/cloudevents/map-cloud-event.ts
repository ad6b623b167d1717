import { drop, type RawSlot } from '../../sdk/index.ts';
import type { MappingContext } from '../context.ts';

export const mapCloudEvent = (_value: unknown, _context: MappingContext): RawSlot => drop('not_mapped');
