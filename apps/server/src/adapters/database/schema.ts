import type { DocumentKind, DocumentState, ErrorCode, MeetingState, TrackKind } from '@hansard/protocol';
import type { Generated } from 'kysely';

/** Rows as they are stored. Times in `…At` are milliseconds since 1970, in `…Ms` from the meeting's start. Booleans are 0 or 1. */
export interface Tables {
  meetings: MeetingTable;
  meetingText: MeetingTextRow;
  tracks: TrackRow;
  parts: PartRow;
  losses: LossRow;
  chunks: ChunkRow;
  segments: SegmentTable;
  segmentText: SegmentTextRow;
  speakerNames: SpeakerNameRow;
  minutes: MinutesRow;
  settings: SettingRow;
  documents: DocumentRow;
  passages: PassageRow;
  passageText: PassageTextRow;
  embeddings: EmbeddingRow;
  rooms: RoomRow;
}

export interface MeetingRow {
  id: string;
  workspaceId: string;
  title: string;
  kind: string;
  state: MeetingState;
  createdAt: number;
  startedAt: number;
  endedAt: number | null;
  durationMs: number;
  /** JSON array of names, in order of appearance. */
  people: string;
  seq: number;
  hasGaps: number;
  failedChunks: number;
  openChunks: number;
}

export interface MeetingTable extends MeetingRow {
  /** Its place in the order in which meetings were made; given on insertion. */
  ordinal: Generated<number>;
}

/** The FTS5 index over titles, people and days; `rowid` is the meeting's ordinal. Kept by triggers; holds no text. */
export interface MeetingTextRow {
  rowid: number;
}

export interface TrackRow {
  id: string;
  meetingId: string;
  kind: TrackKind;
  mimeType: string;
  participant: string | null;
  offsetMs: number;
  continues: string | null;
  state: 'open' | 'closed';
  /** Bytes the recorder said there are; null until it closed the track. */
  length: number | null;
  capturedMs: number;
  /** Milliseconds of audio demuxed from durable bytes, as of the last chunk. */
  durableMs: number;
  /** Bytes in stored parts: the journal is not needed below this offset. */
  storedBytes: number;
  /** Demuxer and cutter as of the last chunk, to go on from after a restart. Under 1 KB. */
  cutterState: Uint8Array | null;
  openedAt: number;
}

export interface PartRow {
  trackId: string;
  /** First byte of the part in its track. */
  byteStart: number;
  byteEnd: number;
  objectKey: string;
}

/** Durable bytes of a track that the disk has damaged since: in no part, and never to be had again. */
export interface LossRow {
  trackId: string;
  byteStart: number;
  byteEnd: number;
}

export type ChunkState = 'waiting' | 'claimed' | 'done' | 'silent' | 'failed';

export interface ChunkRow {
  id: string;
  meetingId: string;
  trackId: string;
  /** Bytes of the track that hold the chunk and its pre-roll. */
  byteStart: number;
  byteEnd: number;
  /** In the meeting. */
  startMs: number;
  endMs: number;
  /** What the Ogg writer needs to begin in the middle of a track: JSON, made by the cutter. */
  framing: string;
  state: ChunkState;
  attempts: number;
  /** Not to be claimed before. */
  dueAt: number;
  /** When a claim lapses (its process died). */
  claimedUntil: number | null;
  engine: string | null;
  error: string | null;
  createdAt: number;
}

export interface SegmentRow {
  id: string;
  meetingId: string;
  seq: number;
  trackId: string | null;
  chunkId: string | null;
  externalId: string | null;
  speaker: string | null;
  startMs: number;
  endMs: number;
  text: string;
  final: number;
  edited: number;
  deleted: number;
}

export interface SegmentTable extends SegmentRow {
  /** Made by `segmentRowid`. */
  rowid: Generated<number>;
}

/** The FTS5 index over `segments.text`; `rowid` is the segment's. */
export interface SegmentTextRow {
  rowid: number;
  text: string;
}

/** A speaker of a meeting whose lines, old and coming, a person has given another name. */
export interface SpeakerNameRow {
  meetingId: string;
  /** As the source says it; `''` for a line that has no speaker. */
  given: string;
  shown: string;
}

export interface MinutesRow {
  id: string;
  meetingId: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  progress: number;
  template: string;
  engine: string;
  fallbackReason: string | null;
  transcriptSeq: number;
  /** JSON of `MinutesBody`, without `stale`, which is worked out from the segments. */
  body: string;
  error: string | null;
  createdAt: number;
}

export interface SettingRow {
  name: string;
  value: string;
}

export interface DocumentRow {
  id: string;
  meetingId: string;
  name: string;
  kind: DocumentKind | null;
  bytes: number;
  state: DocumentState;
  pages: number | null;
  /** Passages in `passages`. */
  passages: number;
  /** Of pages while it is parsed, of passages while they are embedded. Kept for viewers that come in between; lost with the process. */
  progressDone: number;
  progressTotal: number | null;
  /** JSON of what the wire's `leftOut` is made from. */
  leftOut: string | null;
  errorCode: ErrorCode | null;
  errorMessage: string | null;
  createdAt: number;
}

/** The truth about what a document says: a room's file is made of these rows, and can be made anew at any time. */
export interface PassageRow {
  /** Given on insertion; `passageText` has the same. */
  rowid: Generated<number>;
  documentId: string;
  meetingId: string;
  /** From 0, in the order of the document. */
  ordinal: number;
  /** From 1; 0 where there are no pages. */
  page: number;
  /** The headings above it, outermost first, joined by ` › `. */
  heading: string;
  /** Characters of the document's text. */
  startAt: number;
  endAt: number;
  text: string;
}

/** The FTS5 index over `passages`, for questions to all meetings. */
export interface PassageTextRow {
  rowid: number;
  heading: string;
  text: string;
}

/** Vectors that a model has given, by what they are of: a text is paid for once. Bounded; the oldest go first. */
export interface EmbeddingRow {
  /** The model's ID and the number of dimensions. */
  model: string;
  /** SHA-256 of the text that was embedded, the first 16 bytes. */
  hash: Uint8Array;
  /** 32-bit floats, little-endian. */
  vector: Uint8Array;
  usedAt: number;
}

/** What a meeting's room file holds, as of its last save. No row: there is none, or it must be made anew. */
export interface RoomRow {
  meetingId: string;
  /** Of its file, packed: what it takes in memory. */
  savedBytes: number;
  passages: number;
  /** The embedding model's ID; `''` for a room without vectors. */
  model: string;
  /** The transcript's revision up to which its lines are in the room. */
  transcriptSeq: number;
}
