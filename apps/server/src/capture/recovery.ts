import type { Logger } from 'pino';
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
}

/**
 * After a start: takes up every track that the journal still holds bytes of, every one that may still be recorded, and those
 * of ended meetings whose last bytes were stored before they were cut. Their chunks are cut up to the last durable byte, and the sweep stores their parts. What belongs to no track (its meeting was
 * deleted) is let go.
 */
export async function recoverTracks({ repository, journal, liveTracks, log, now }: RecoveryOptions): Promise<void> {
  const takeUp = async (trackId: string): Promise<void> => {
    try {
      await liveTracks.take(trackId);
    } catch (error) {
      log.error({ err: error, trackId }, 'a track could not be taken up; its bytes stay where they are');
    }
  };

  for (const trackId of [...journal.tracks()]) {
    const end = journal.extent(trackId)?.end ?? 0;
    const row = await repository.track(trackId);
    const wanted = row?.state === 'closed' ? (row.length ?? end) : end;
    if (row && row.storedBytes < wanted) await takeUp(trackId);
    else journal.release(trackId, end);
  }
  const endedSince = now() - captureLimits.recoverEndedMs;
  let page = await repository.openTracks(endedSince, '', captureLimits.recoveryPage);
  while (page.length > 0) {
    for (const { id } of page) await takeUp(id);
    page = await repository.openTracks(endedSince, page.at(-1)!.id, captureLimits.recoveryPage);
  }
}
