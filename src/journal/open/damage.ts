/** Bytes of the journal that do not read back as they were written. */
export interface Damage {
  /** `torn`: the end of a segment, kept aside. `quarantined`: between intact frames, left where it is. `unreadable`: a whole file. */
  readonly kind: 'torn' | 'quarantined' | 'unreadable';
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

export type DamageListener = (damage: Damage) => void;

/** Why a journal cannot be opened at all; nothing in its directory was changed. */
export class JournalOpenError extends Error {
  readonly code: 'JOURNAL_LOCKED' | 'JOURNAL_LOCK_FAILED' | 'JOURNAL_VERSION_UNSUPPORTED';
  constructor(code: JournalOpenError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalOpenError';
    this.code = code;
  }
}
