import type { Objects } from '../adapters/objects/index.ts';
import { AppError } from '../errors.ts';
import { captureLimits } from './limits.ts';
import { createTrackFile } from './media/index.ts';
import type { TrackBytes } from './track-bytes.ts';

/** A file to be served by range. */
export interface PlaybackFile {
  size: number;
  contentType: string;
  /** Changes when the bytes do. */
  etag: string;
  /** Bytes [start, end). */
  read(start: number, end: number): AsyncGenerator<Uint8Array>;
}

interface PlayableTrack {
  id: string;
  mimeType: string;
  durable: number;
  mayGrow: boolean;
}

interface PlaybackOptions {
  objects: Objects;
  trackBytes: TrackBytes;
  now: () => number;
}

export type Playback = ReturnType<typeof createPlayback>;

/**
 * Makes one seekable file of a track when it is first asked for, and keeps it beside the track's parts. One that still
 * grows is made anew when the last one is older than `playbackFreshMs`.
 */
export function createPlayback({ objects, trackBytes, now }: PlaybackOptions) {
  const making = new Map<string, Promise<void>>();
  const growing = new Map<string, { durable: number; madeAt: number }>();

  /** Up to where the file reaches that this request is given. */
  const durableServed = (track: PlayableTrack): number => {
    if (!track.mayGrow) return track.durable;
    const last = growing.get(track.id);
    if (last && now() - last.madeAt < captureLimits.playbackFreshMs) return last.durable;
    growing.delete(track.id);
    growing.set(track.id, { durable: track.durable, madeAt: now() });
    if (growing.size > captureLimits.maxGrowingPlaybacks) growing.delete(growing.keys().next().value!);
    return track.durable;
  };

  const make = async (track: PlayableTrack, durable: number, key: string): Promise<void> => {
    await objects.removeAll(playbackPrefix(track.id));
    const bytes = trackBytes.stream(track.id, 0, durable);
    await objects.put(key, createTrackFile({ mimeType: track.mimeType, bytes }));
  };

  const open = async (track: PlayableTrack): Promise<PlaybackFile> => {
    const durable = durableServed(track);
    const key = `${playbackPrefix(track.id)}${durable}.ogg`;
    let size = await objects.size(key);
    if (size === null) {
      const made = making.get(key) ?? make(track, durable, key).finally(() => making.delete(key));
      making.set(key, made);
      await made;
      size = await objects.size(key);
    }
    if (!size) throw new AppError('NOT_FOUND', 'There is no audio in this track yet.');
    return {
      size,
      contentType: 'audio/ogg; codecs=opus',
      etag: `"${track.id}-${durable}"`,
      async *read(start, end) {
        for (let at = start; at < end; at += captureLimits.pieceBytes) {
          yield await objects.read(key, at, Math.min(end, at + captureLimits.pieceBytes));
        }
      },
    };
  };

  return {
    open,
    /** Resolves when no file of the track is being made. */
    async idle(trackId: string): Promise<void> {
      const own = [...making].filter(([key]) => key.startsWith(playbackPrefix(trackId)));
      await Promise.allSettled(own.map(([, made]) => made));
    },
  };
}

const playbackPrefix = (trackId: string): string => `tracks/${trackId}/playback/`;
