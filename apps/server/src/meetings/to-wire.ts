import type { Meeting, Track } from '@hansard/protocol';
import type { MeetingRow, TrackRow } from '../adapters/database/index.ts';

/** What is known of a track in memory, fresher than its row. `durable` is bytes. */
export interface LiveTrackStatus {
  durable: number;
  durableMs: number;
  capturedMs: number;
  connected: boolean;
}

export function toMeeting(row: MeetingRow): Meeting {
  return {
    id: row.id,
    title: row.title,
    kind: row.kind,
    state: row.state,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    durationMs: row.durationMs,
    people: JSON.parse(row.people) as string[],
    seq: row.seq,
    hasGaps: row.hasGaps === 1,
    failedChunks: row.failedChunks,
    openChunks: row.openChunks,
  };
}

/** A track as it is now, and whether a recorder feeds it. */
export interface TrackNow {
  track: Track;
  connected: boolean;
}

/** What a meeting's own page needs of a track's row. */
export type MeetingTrackRow = Omit<TrackRow, 'meetingId' | 'cutterState' | 'openedAt'>;

/** What is in memory stands above the row, which is as old as the last chunk. */
export function toTrack(row: MeetingTrackRow, live: LiveTrackStatus | null): TrackNow {
  const isWhole = row.state === 'closed' && row.length !== null;
  const track = {
    id: row.id,
    kind: row.kind,
    mimeType: row.mimeType,
    participant: row.participant,
    offsetMs: row.offsetMs,
    continues: row.continues,
    state: row.state,
    durable: isWhole ? row.length! : (live?.durable ?? row.storedBytes),
    length: row.length,
    capturedMs: Math.max(row.capturedMs, live?.capturedMs ?? 0),
    durableMs: Math.max(row.durableMs, live?.durableMs ?? 0),
  };
  return { track, connected: live?.connected ?? false };
}
