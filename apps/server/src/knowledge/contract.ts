import type { DocumentKind } from '@hansard/protocol';
import type { Found, NewPassage, Question } from './room-index/index.ts';

/** A piece of a document's text, of about 500 bytes, cut at the end of a sentence. */
export interface ParsedPassage {
  /** From 1; 0 where the kind has no pages. */
  page: number;
  /** The headings above it, outermost first, joined by ` › `; `''` where there are none. */
  heading: string;
  /** Characters of the document's text: [start, end). */
  start: number;
  end: number;
  text: string;
}

export interface ParsedDocument {
  kind: DocumentKind;
  /** Null for a kind that has none. */
  pages: number | null;
  /** In the document's order; at most the limit, chosen so that they cover the whole of what was read. */
  passages: ParsedPassage[];
  /** Passages there were before the choice. */
  found: number;
  /** Pages behind the last that was read, where there were too many. */
  pagesLeftOut: number;
}

/**
 * Reads a file in a process of its own, under a hard limit of memory and a deadline. Rejects with `UNSUPPORTED_MEDIA`,
 * `UNREADABLE` or `TOO_LARGE`, each saying what is wrong with the file, or with the signal's reason.
 */
export type ParseDocument = (
  file: string,
  options: { signal: AbortSignal; onProgress: (progress: { done: number; total: number | null }) => void },
) => Promise<ParsedDocument>;

/** Vectors for texts: batched, at the provider's pace, each text paid for once. */
export interface Embeddings {
  /** Null where no model is configured: there is text search alone then. */
  readonly model: { readonly id: string; readonly dims: number } | null;
  /** In the order of `texts`. Rejects with `EngineError` when the model is out of reach for good, or the signal's reason. */
  ofPassages(
    texts: readonly string[],
    options: { signal: AbortSignal; onProgress?: (done: number) => void },
  ): Promise<Float32Array[]>;
  /** Null where there is no model, or it does not answer soon: the question is then looked for by its words alone. */
  ofQuestion(text: string, signal: AbortSignal): Promise<Float32Array | null>;
}

/** What a passage of a room is from: a document's ID, or this. */
export const transcriptSource = 'transcript';

export interface ResidentRoom {
  meetingId: string;
  bytes: number;
  passages: number;
  lastUsedAt: number;
  isPinned: boolean;
}

/**
 * The rooms of all meetings: on disk, and in memory while they are used. A room that does not fit is refused with
 * `ROOMS_FULL`. What was added survives a crash; the file is a copy of what the database says, and is made anew when it is
 * damaged.
 */
export interface Rooms {
  /** Adds a document's passages; what of it was there before is replaced. */
  addDocument(meetingId: string, documentId: string, passages: readonly Omit<NewPassage, 'source'>[]): Promise<void>;
  removeDocument(meetingId: string, documentId: string): Promise<void>;
  /** The meeting is deleted: its room goes from memory and disk. */
  drop(meetingId: string): Promise<void>;
  /** Of the documents and of all that has been said up to now. */
  search(meetingId: string, question: Question): Promise<Found>;
  resident(): ResidentRoom[];
  /** False where it is pinned or not resident. */
  evict(meetingId: string): Promise<boolean>;
  stats(): RoomsStats;
}

export interface RoomsStats {
  resident: number;
  bytes: number;
  budgetBytes: number;
  hits: number;
  activations: number;
  evictions: number;
  refusals: number;
}
