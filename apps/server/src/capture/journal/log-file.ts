import type { JournalFile } from './io.ts';
import type { FileIdentity } from './record.ts';

/** A file of the journal that is in use. */
export interface LogFile extends FileIdentity {
  readonly slot: number;
  readonly path: string;
  readonly bytes: number;
  readonly disk: JournalFile;
  /**
   * `free`: holds nothing, ready to be begun anew. `active`: commits go there. `full`: until its records are released.
   * `abandoned`: as full, and never written again.
   */
  state: 'free' | 'active' | 'full' | 'abandoned';
  /** A commit there failed, and from there on nothing counts; null where none did. */
  doubtfulFrom: number | null;
  /** Its first block, while that waits to be written with the first commit. */
  header: Buffer | null;
  /** Records that the index points to. */
  live: number;
  /** Reads under way. */
  readers: number;
}
