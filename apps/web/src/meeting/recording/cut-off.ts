import type { SpooledTrack } from '@hansard/client';
import type { MeetingDetail } from '@hansard/protocol';
import type { Uploads } from '../../app/open-uploads.ts';
import type { Source } from '../../recording/recording-session.ts';

/** A recording that a crash or a reload cut off. */
export interface CutOff {
  source: Source;
  /** The track that a resumed recording goes on from: the last that was begun. */
  continues: string;
  trackIds: string[];
  /** What of it the server does not have yet. */
  leftMs: number;
}

/**
 * What an earlier visit left of this meeting; null where there is nothing, the meeting is over, or this visit has
 * recorded in it already.
 */
export function cutOff(
  meeting: Pick<MeetingDetail, 'id' | 'state'>,
  uploads: Pick<Uploads, 'leftovers' | 'uploader'> | undefined,
  recordedHere: boolean,
): CutOff | null {
  if (!uploads || meeting.state !== 'live' || recordedHere) return null;
  const tracks = uploads.leftovers
    .filter(({ meetingId, length }) => meetingId === meeting.id && length === null)
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  const [last] = tracks;
  if (!last) return null;
  return {
    source: sourceOf(tracks),
    continues: last.trackId,
    trackIds: tracks.map(({ trackId }) => trackId),
    leftMs: Math.max(0, ...tracks.map(({ trackId }) => leftMs(uploads, trackId))),
  };
}

function sourceOf(tracks: readonly SpooledTrack[]): Source {
  const [first, ...others] = new Set(tracks.map(({ kind }) => kind));
  return first === undefined || others.length > 0 ? 'both' : first;
}

function leftMs({ uploader }: Pick<Uploads, 'uploader'>, trackId: string): number {
  const progress = uploader.progress(trackId);
  return progress ? progress.capturedMs - progress.durableMs : 0;
}
