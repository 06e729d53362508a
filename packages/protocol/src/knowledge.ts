import { z } from 'zod';
import { errorCode } from './errors.ts';
import { epochMs, id, meetingMs } from './ids.ts';
import { limits } from './limits.ts';

const count = z.number().int().nonnegative();

/** Told from a file's content, never from its name. */
export const documentKind = z.enum(['pdf', 'docx', 'pptx', 'html', 'markdown', 'text']);
export type DocumentKind = z.infer<typeof documentKind>;

/** `waiting` for its turn, then `parsing`, then `embedding` (where a model is configured), then `ready`; or it ended otherwise. */
export const documentState = z.enum(['waiting', 'parsing', 'embedding', 'ready', 'failed', 'cancelled']);
export type DocumentState = z.infer<typeof documentState>;

/** A file that was dropped into a meeting. Named so because a browser has a `Document` of its own. */
export const meetingDocument = z.object({
  id,
  meetingId: id,
  /** As the sender named it, without folders. */
  name: z.string(),
  /** Null until it is known. */
  kind: documentKind.nullable(),
  bytes: count,
  state: documentState,
  /** Of pages while it is `parsing`, of passages while it is `embedding`; null where nobody knows how many. */
  progress: z.object({ done: count, total: count.nullable() }),
  /** Null for a kind that has none. */
  pages: count.nullable(),
  /** Passages that answers are made from. */
  passages: count,
  /** What answers can't be made from, and why; null where nothing was left out. */
  leftOut: z
    .object({
      /** Passages that were found and not taken. What was taken covers the whole of what was read. */
      passages: count,
      /** Pages behind the last that was read. */
      pages: count,
      message: z.string(),
    })
    .nullable(),
  /** Why it failed. */
  error: z.object({ code: errorCode, message: z.string() }).nullable(),
  createdAt: epochMs,
});
export type MeetingDocument = z.infer<typeof meetingDocument>;

export const documentAccepted = z.object({ id, state: documentState });
export type DocumentAccepted = z.infer<typeof documentAccepted>;

export const documentList = z.object({ documents: z.array(meetingDocument) });

export const documentDeleted = z.object({ deleted: z.object({ documents: count, passages: count, bytes: count }) });
export type DocumentDeleted = z.infer<typeof documentDeleted>;

export const passageQuery = z.object({
  q: z.string().trim().min(1).max(limits.maxQuestionLength),
  k: z.coerce.number().int().positive().max(limits.maxPassagesPerAnswer).default(5),
});
export type PassageQuery = z.infer<typeof passageQuery>;

/** A passage that fits a question, from a document or (with `segmentId`) from what was said. */
export const passageHit = z.object({
  meetingId: id,
  documentId: id.optional(),
  documentName: z.string().optional(),
  page: z.number().int().positive().optional(),
  heading: z.string().optional(),
  /** The first line of it. */
  segmentId: id.optional(),
  startMs: meetingMs.optional(),
  endMs: meetingMs.optional(),
  text: z.string(),
  /** Of this question alone: higher is better. */
  score: z.number(),
});
export type PassageHit = z.infer<typeof passageHit>;

export const passageList = z.object({ passages: z.array(passageHit) });

export const askPost = z.object({
  question: z.string().trim().min(1).max(limits.maxQuestionLength),
  /** Answers with server-sent events: `text` with a piece of the answer, `answer` with all of it, or `error`. */
  stream: z.boolean().default(false),
});
export type AskPost = z.input<typeof askPost>;

/** Where a claim is from; `[n]` in the answer is the n-th of them, from 1. */
export const citation = z.object({
  meetingId: id,
  meetingTitle: z.string(),
  documentId: id.optional(),
  documentName: z.string().optional(),
  page: z.number().int().positive().optional(),
  segmentId: id.optional(),
  startMs: meetingMs.optional(),
  speaker: z.string().optional(),
  /** Words of the source. */
  quote: z.string(),
});
export type Citation = z.infer<typeof citation>;

export const askReply = z.object({
  /**
   * Text with `[n]` behind each claim. A claim whose source was not among the passages given ends in `[?]`. In what
   * `codeSpan` matches, brackets are the code's own.
   */
  answer: z.string(),
  citations: z.array(citation),
  /** False where nothing in the sources answers: `answer` then says so. */
  answered: z.boolean(),
  /** `quotes` where no language model is configured or it failed: the best passages as they stand. */
  engine: z.string(),
  /** Why quotes stand in for the configured model; null where they don't. */
  fallbackReason: z.string().nullable(),
});
export type AskReply = z.infer<typeof askReply>;
