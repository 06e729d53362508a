import type { MeetingRow, SegmentRow, TrackRow } from './schema.ts';

/** A meeting as its creation writes it; one that is no longer live lasted a minute. */
export function meetingRow(id: string, changes: Partial<MeetingRow> = {}): MeetingRow {
  const startedAt = changes.startedAt ?? Date.UTC(2026, 10, 20, 12);
  return {
    id,
    workspaceId: 'default',
    title: 'Weekly',
    kind: 'general',
    state: 'live',
    createdAt: startedAt,
    startedAt,
    endedAt: (changes.state ?? 'live') === 'live' ? null : startedAt + 60_000,
    durationMs: 0,
    people: '[]',
    seq: 0,
    hasGaps: 0,
    failedChunks: 0,
    openChunks: 0,
    ...changes,
  };
}

/** An open track that holds nothing yet. */
export function trackRow(id: string, meetingId: string, changes: Partial<TrackRow> = {}): TrackRow {
  return {
    id,
    meetingId,
    kind: 'microphone',
    mimeType: 'audio/webm',
    participant: null,
    offsetMs: 0,
    continues: null,
    state: 'open',
    length: null,
    capturedMs: 0,
    durableMs: 0,
    storedBytes: 0,
    cutterState: null,
    openedAt: 0,
    ...changes,
  };
}

/** A final line of text. */
export function segmentRow(id: string, meetingId: string, seq: number, changes: Partial<SegmentRow> = {}): SegmentRow {
  return {
    id,
    meetingId,
    seq,
    trackId: null,
    chunkId: null,
    externalId: null,
    speaker: null,
    startMs: seq * 1000,
    endMs: seq * 1000 + 900,
    text: 'some words',
    final: 1,
    edited: 0,
    deleted: 0,
    ...changes,
  };
}
