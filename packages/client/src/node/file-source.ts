import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '../clock.ts';
import type { NewTrack, Uploader } from '../upload/uploader.ts';

export interface FileSourceOptions {
  /** A recording as a browser makes it (WebM with Opus), or its bytes. They are shared by all who play it, never copied. */
  file?: string;
  bytes?: Uint8Array;
  /** As fast as a microphone, or as fast as the spool takes it. */
  realTime: boolean;
  /** Audio in a slice. */
  sliceMs?: number;
  /** Of the recording: where its length in time is known, its bytes over its seconds. */
  bytesPerSecond?: number;
  clock?: Clock;
}

export interface Playing {
  /** Resolves once all that was played, or was until `stop`, is in the spool and the track is finished. */
  done: Promise<void>;
  /** Ends the recording where it is. */
  stop: () => void;
}

export interface FileSource {
  /** How long it plays. */
  durationMs: number;
  /** Plays it into a track of its own. */
  play(uploader: Uploader, track: NewTrack): Playing;
}

/** Plays a recording as if it were spoken now. */
export async function createFileSource({
  file,
  bytes: given,
  realTime,
  sliceMs = 250,
  bytesPerSecond = 4_000,
  clock = systemClock,
}: FileSourceOptions): Promise<FileSource> {
  if (!file && !given) throw new TypeError('Give a file or its bytes.');
  const bytes = given ?? (await readFile(file!));
  const durationMs = (bytes.byteLength / bytesPerSecond) * 1_000;

  return {
    durationMs,
    play(uploader, track) {
      let stopped = false;
      let wake = () => {};
      /** Waits from the start, not from the last slice: delays do not add up. */
      const until = (startedAt: number, dueMs: number) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const cancel = clock.after(Math.max(0, startedAt + dueMs - clock.now()), resolve);
        wake = () => {
          cancel();
          resolve();
        };
        return promise;
      };
      const playAll = async () => {
        await uploader.start(track);
        const startedAt = clock.now();
        let offset = 0;
        let playedMs = 0;
        while (offset < bytes.byteLength) {
          const dueMs = Math.min(durationMs, playedMs + sliceMs);
          if (realTime) await until(startedAt, dueMs);
          if (stopped) break;
          const end = dueMs >= durationMs ? bytes.byteLength : Math.floor((dueMs / 1_000) * bytesPerSecond);
          if (end > offset) await uploader.append(track.trackId, bytes.subarray(offset, end), Math.floor(dueMs));
          offset = end;
          playedMs = dueMs;
        }
        await uploader.finish(track.trackId, Math.floor(playedMs));
      };
      return {
        done: playAll(),
        stop() {
          stopped = true;
          wake();
        },
      };
    },
  };
}
