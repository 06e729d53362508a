import type { Logger } from 'pino';
import type { TrackRow } from '../adapters/database/index.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import type { LiveTracks } from './live-tracks.ts';
import type { CaptureRepository } from './repository.ts';

interface RecoveryOptions {
  repository: CaptureRepository;
  journal: Journal;
  liveTracks: LiveTracks;
  log: Logger;
  now: () => number;
  /** Some of the meeting's audio turned out to be lost. */
  onLoss: (meetingId: string) => void;
}

/**
 * After a start: takes up every track that the journal still holds bytes of, every one that may still be recorded, and those
 * of ended meetings whose last bytes were stored before they were cut. Their chunks are cut up to the last durable byte, and the sweep stores their parts. What belongs to no track (its meeting was
 * deleted) is let go. What the disk has damaged is written down as lost, and the rest taken up.
 */
export async function recoverTracks({
  repository,
  journal,
  liveTracks,
  log,
  now,
  onLoss,
}: RecoveryOptions): Promise<void> {
  const takeUp = async (trackId: string): Promise<void> => {
    try {
      await liveTracks.take(trackId);
    } catch (error) {
      log.error({ err: error, trackId }, 'a track could not be taken up; its bytes stay where they are');
    }
  };

  /**
   * The journal was read when it was opened: what is damaged now was so then. A track whose bytes can't be read up to its
   * end could not be gone on with either.
   */
  const noteDamage = async ({ id, meetingId, storedBytes }: TrackRow, end: number): Promise<void> => {
    const ranges = await journal.damage(id, storedBytes, end);
    if (ranges.length === 0) return;
    await repository.addLosses(id, ranges);
    log.error({ trackId: id, ranges }, 'the disk has damaged a part of a recording: it is lost, the rest is kept');
    onLoss(meetingId);
  };

  const takeUpWhole = async (row: TrackRow, end: number): Promise<void> => {
    try {
      await liveTracks.take(row.id);
    } catch {
      await noteDamage(row, end).catch((error: unknown) =>
        log.error({ err: error, trackId: row.id }, 'a track could not be read'),
      );
      await takeUp(row.id);
    }
  };

  for (const trackId of [...journal.tracks()]) {
    const end = journal.extent(trackId)?.end ?? 0;
    const row = await repository.track(trackId);
    const wanted = row?.state === 'closed' ? (row.length ?? end) : end;
    if (row && row.storedBytes < wanted) await takeUpWhole(row, end);
    else journal.release(trackId, end);
  }
  const endedSince = now() - captureLimits.recoverEndedMs;
  let page = await repository.openTracks(endedSince, '', captureLimits.recoveryPage);
  while (page.length > 0) {
    for (const { id } of page) await takeUp(id);
    page = await repository.openTracks(endedSince, page.at(-1)!.id, captureLimits.recoveryPage);
  }
}
