/** What is wrong with an archive; permanent once released. */
export type FindingCode =
  | 'ARCHIVE_OBJECT_MISSING'
  | 'ARCHIVE_OBJECT_CHANGED'
  | 'ARCHIVE_OBJECT_SWAPPED'
  /** Added, or its manifest was cut off the end of the chain. */
  | 'ARCHIVE_OBJECT_UNLISTED'
  | 'ARCHIVE_MANIFEST_MISSING'
  | 'ARCHIVE_MANIFEST_CHANGED'
  | 'ARCHIVE_MANIFEST_SIGNATURE'
  /** A key that this program does not write. */
  | 'ARCHIVE_STRANGE_KEY';

export interface Finding {
  readonly code: FindingCode;
  readonly key: string;
  /** Counted from 1. */
  readonly line?: number;
  /** In words, without a value of an event. */
  readonly message: string;
}

export type Found = (finding: Finding) => void;
