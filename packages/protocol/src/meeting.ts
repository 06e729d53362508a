import { z } from 'zod';
import { epochMs, id, meetingMs } from './ids.ts';
import { limits } from './limits.ts';

const title = z.string().trim().min(1).max(limits.maxTitleLength);

/** `live` until it is ended; `processing` while chunks or minutes are under way; then `done`. */
export const meetingState = z.enum(['live', 'processing', 'done']);
export type MeetingState = z.infer<typeof meetingState>;

export const meeting = z.object({
  id,
  title: z.string(),
  /** The kind of meeting chooses the minutes' template. */
  kind: z.string(),
  state: meetingState,
  createdAt: epochMs,
  /** When the first track began, else when the meeting was made: time 0 of the transcript. */
  startedAt: epochMs,
  endedAt: epochMs.nullable(),
  /** From its start to the last durable audio or line. */
  durationMs: meetingMs,
  people: z.array(z.string()),
  /** The meeting's revision: bumped by every write to its transcript. */
  seq: z.number().int().nonnegative(),
  /** Whether time is missing from the record (see the ledger), or a chunk failed. */
  hasGaps: z.boolean(),
  failedChunks: z.number().int().nonnegative(),
  /** Chunks that wait or are with an engine. */
  openChunks: z.number().int().nonnegative(),
});
export type Meeting = z.infer<typeof meeting>;

export const trackKind = z.enum(['microphone', 'tab', 'captions']);
export type TrackKind = z.infer<typeof trackKind>;

export const track = z.object({
  id,
  kind: trackKind,
  mimeType: z.string(),
  participant: z.string().nullable(),
  /** Where the track begins in its meeting. */
  offsetMs: meetingMs,
  continues: id.nullable(),
  /** `open` may still grow; a `closed` one has all the bytes it will ever have. */
  state: z.enum(['open', 'closed']),
  /** Bytes that survive a power loss. */
  durable: z.number().int().nonnegative(),
  /** Bytes the recorder said there are, once it closed the track. */
  length: z.number().int().nonnegative().nullable(),
  capturedMs: meetingMs,
  durableMs: meetingMs,
});
export type Track = z.infer<typeof track>;

export const gapReason = z.enum(['not-received', 'not-recorded', 'damaged']);

/** What was said to be recorded against what the server has. Gaps close when late audio arrives, but for those that are `damaged`. */
export const ledger = z.object({
  capturedMs: meetingMs,
  durableMs: meetingMs,
  transcribedMs: meetingMs,
  gaps: z.array(z.object({ startMs: meetingMs, endMs: meetingMs, reason: gapReason, trackId: id })),
});
export type Ledger = z.infer<typeof ledger>;

/** A chunk that failed for good until somebody retries it; drawn in the transcript at its time. */
export const failedChunk = z.object({
  id,
  trackId: id,
  startMs: meetingMs,
  endMs: meetingMs,
  message: z.string(),
});
export type FailedChunk = z.infer<typeof failedChunk>;

export const meetingDetail = meeting.extend({
  tracks: z.array(track),
  ledger,
  failures: z.array(failedChunk),
  /** How far the text is behind the audio; null where nothing waits. */
  behindMs: meetingMs.nullable(),
});
export type MeetingDetail = z.infer<typeof meetingDetail>;

export const meetingPost = z.object({
  title: title.optional(),
  kind: z.string().trim().min(1).max(limits.maxTemplateNameLength).optional(),
});
export type MeetingPost = z.infer<typeof meetingPost>;

export const meetingPatch = meetingPost.refine(
  (patch) => patch.title !== undefined || patch.kind !== undefined,
  'give a title or a kind',
);
export type MeetingPatch = z.infer<typeof meetingPatch>;

export const meetingQuery = z.object({
  q: z.string().trim().max(limits.maxQueryLength).optional(),
  state: z.enum(['live', 'processing', 'done', 'gaps']).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().positive().max(limits.maxMeetingsPerPage).default(limits.defaultMeetingsPerPage),
});
export type MeetingQuery = z.infer<typeof meetingQuery>;

/** A line in which the searched words stand; `mark` holds [start, end) pairs into `text`. */
export const searchHit = z.object({
  segmentId: id,
  speaker: z.string().nullable(),
  startMs: meetingMs,
  text: z.string(),
  marks: z.array(z.tuple([z.number().int(), z.number().int()])),
});
export type SearchHit = z.infer<typeof searchHit>;

export const meetingPage = z.object({
  meetings: z.array(meeting.extend({ hits: z.array(searchHit).optional() })),
  cursor: z.string().nullable(),
});
export type MeetingPage = z.infer<typeof meetingPage>;

/** What a deletion removed, so that a person can see that it really deletes. */
export const meetingDeleted = z.object({
  deleted: z.object({
    tracks: z.number().int(),
    parts: z.number().int(),
    chunks: z.number().int(),
    segments: z.number().int(),
    minutes: z.number().int(),
    documents: z.number().int(),
    audioBytes: z.number().int(),
  }),
});
export type MeetingDeleted = z.infer<typeof meetingDeleted>;

export const exportFormat = z.enum(['md', 'txt', 'json', 'vtt', 'srt', 'docx']);
export type ExportFormat = z.infer<typeof exportFormat>;
