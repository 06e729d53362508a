import type { Segment, SegmentPage } from '@hansard/protocol';

/** Where the lines of meetings are kept: a cache that may drop any of them at any time, and does so when they are old. */
export interface RecentLinesStore {
  get(meetingId: string): RecentMeetingLines | undefined;
  set(meetingId: string, lines: RecentMeetingLines): unknown;
}

interface Line {
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  /** As JSON, in which a line takes a quarter of what it takes as an object. */
  readonly json: string;
}

/** What one meeting holds. */
export interface RecentMeetingLines {
  /** All that was written after this revision is here. */
  afterSeq: number;
  lines: Line[];
  bytes: number;
}

export interface RecentLinesOptions {
  store: RecentLinesStore;
  /** Of one meeting. */
  maxBytes: number;
  /** Who was away for longer asks the database. */
  maxAgeMs: number;
  now?: () => number;
}

export type RecentLines = ReturnType<typeof createRecentLines>;

/** A line beside its JSON: its place, its ID, its numbers. Measured: 10 000 lines on a heap after a collection. */
const lineOverheadBytes = 160;

/** The last moments of live transcripts, so that thousands who come back at once don't all ask the database. */
export function createRecentLines({ store, maxBytes, maxAgeMs, now = Date.now }: RecentLinesOptions) {
  const dropOldest = (held: RecentMeetingLines, count: number): void => {
    for (const line of held.lines.splice(0, count)) {
      held.bytes -= bytesOf(line);
      held.afterSeq = line.seq;
    }
  };

  const trim = (held: RecentMeetingLines): void => {
    const oldest = now() - maxAgeMs;
    let count = 0;
    let bytes = held.bytes;
    for (const line of held.lines) {
      if (bytes <= maxBytes && line.at >= oldest) break;
      bytes -= bytesOf(line);
      count += 1;
    }
    if (count > 0) dropOldest(held, count);
  };

  const add = (held: RecentMeetingLines, segment: Segment): void => {
    const older = held.lines.findIndex(({ id }) => id === segment.id);
    if (older !== -1) for (const line of held.lines.splice(older, 1)) held.bytes -= bytesOf(line);
    const line = { seq: segment.seq, id: segment.id, at: now(), json: JSON.stringify(segment) };
    held.lines.push(line);
    held.bytes += bytesOf(line);
  };

  return {
    /** Takes lines that were committed just now, in the order of their revisions. */
    add(segments: readonly Segment[]): void {
      for (const segment of segments) {
        const { meetingId, seq } = segment;
        const known = store.get(meetingId);
        const lastSeq = known && (known.lines.at(-1)?.seq ?? known.afterSeq);
        // A revision was missed: what is here would have a hole.
        // Another object each time: a cache measures what it doesn't hold yet.
        const held = known && lastSeq === seq - 1 ? { ...known } : { afterSeq: seq - 1, lines: [], bytes: 0 };
        add(held, segment);
        trim(held);
        store.set(meetingId, held);
      }
    },

    /** What was written after `since`; null where that is not all here. */
    since(meetingId: string, { since, limit }: { since: number; limit: number }): SegmentPage | null {
      const held = store.get(meetingId);
      if (!held || since < held.afterSeq) return null;
      const newer = held.lines.filter(({ seq }) => seq > since);
      const segments = newer.slice(0, limit).map(({ json }) => JSON.parse(json) as Segment);
      return { segments, cursor: segments.at(-1)?.seq ?? since, more: newer.length > limit };
    },
  };
}

/** Of text that Latin-1 can't hold, V8 keeps two bytes a character. */
function bytesOf({ json }: Line): number {
  // oxlint-disable-next-line no-control-regex
  const isNarrow = /^[\u0000-\u00ff]*$/.test(json);
  return json.length * (isNarrow ? 1 : 2) + lineOverheadBytes;
}
