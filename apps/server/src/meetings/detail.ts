import type { MeetingDetail } from '@hansard/protocol';
import type { Database, MeetingRow } from '../adapters/database/index.ts';
import { makeLedger } from './ledger.ts';
import { readLosses } from './losses.ts';
import type { ChunkSums, MeetingsRepository } from './repository.ts';
import { toMeeting, toTrack, type LiveTrackStatus, type TrackNow } from './to-wire.ts';

export type LiveTrackOf = (trackId: string) => LiveTrackStatus | null;

/** A meeting with its tracks, its ledger and what failed, as they are now. */
export async function readDetail(
  repository: MeetingsRepository,
  db: Database,
  row: MeetingRow,
  liveTrack: LiveTrackOf,
): Promise<{ detail: MeetingDetail; tracks: TrackNow[] }> {
  const tracks = (await repository.tracks(db, row.id)).map((track) => toTrack(track, liveTrack(track.id)));
  const sums = await repository.chunkSums(db, row.id);
  const ledger = makeLedger(
    tracks.map(({ track, connected }) => ({ ...track, connected })),
    sums.transcribedMs,
    await readLosses(db, row.id),
  );
  const detail = {
    ...toMeeting(row),
    tracks: tracks.map(({ track }) => track),
    ledger,
    failures: row.failedChunks > 0 ? await repository.failures(db, row.id) : [],
    behindMs: behindMs(tracks, sums),
  };
  return { detail, tracks };
}

/** Where the last recorded sound of the meeting ends; the times of captions are their source's. */
export function recordedUntilMs(tracks: readonly TrackNow[]): number {
  return tracks.reduce(
    (latest, { track }) => (track.kind === 'captions' ? latest : Math.max(latest, track.offsetMs + track.durableMs)),
    0,
  );
}

function behindMs(tracks: readonly TrackNow[], { firstOpenMs }: ChunkSums): number | null {
  return firstOpenMs === null ? null : Math.max(0, recordedUntilMs(tracks) - firstOpenMs);
}
