import type { Objects } from '../adapters/objects/index.ts';
import type { Journal } from './journal/index.ts';
import type { LiveTracks } from './live-tracks.ts';
import type { Parts } from './parts.ts';
import type { Playback } from './playback.ts';
import type { CaptureRepository } from './repository.ts';

interface DeletionOptions {
  repository: CaptureRepository;
  journal: Journal;
  objects: Objects;
  liveTracks: LiveTracks;
  parts: Parts;
  playback: Playback;
}

/**
 * Removes the audio of a meeting that is about to be deleted; its rows are the caller's. Gives the bytes removed. Whatever
 * is being written of it is waited for, so that nothing comes to be behind its back.
 */
export function createDeletion({ repository, journal, objects, liveTracks, parts, playback }: DeletionOptions) {
  const removeTrack = async (trackId: string): Promise<number> => {
    const track = await liveTracks.known(trackId);
    if (track) {
      liveTracks.dismiss(track);
      await track.settled;
      await parts.idle(track);
    }
    const extent = journal.extent(trackId);
    if (extent) journal.release(trackId, extent.end);
    await playback.idle(trackId);
    const { bytes } = await objects.removeAll(`tracks/${trackId}/`);
    return bytes + (extent ? extent.end - extent.start : 0);
  };

  return async (meetingId: string): Promise<number> => {
    let removedBytes = 0;
    for (const { id } of await repository.tracksOf(meetingId)) removedBytes += await removeTrack(id);
    return removedBytes;
  };
}
