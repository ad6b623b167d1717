import type { RawEvent } from '../../src/event/raw-event.ts';
import type { RawSlot } from '../../src/sdk/index.ts';

export const isRawSlotEvent = (slot: RawSlot): slot is RawEvent => 'content' in slot;
