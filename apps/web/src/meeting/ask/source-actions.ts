import type { Citation } from '@hansard/protocol';

/** What can be done with a source. */
export interface SourceActions {
  /** Shows it where it stands: the line in its transcript, the passage in its document. */
  open: (citation: Citation) => void;
  /** Plays from a time; null where there is no sound. */
  play: ((startMs: number) => void) | null;
}
