import { ClientError } from '../client-error.ts';
import type { Uploader } from '../upload/uploader.ts';
import type { OpenEncoding } from './encoding/contract.ts';
import type { Source, SourceKind } from './sources.ts';

/** What waits for the spool is bounded; beyond it the storage is taken to hang, and recording stops. */
const maxWaitingBytes = 384 * 1024;

const retrySpoolMs = 1_000;
const maxSpoolFailures = 5;

export interface RecordedTrack {
  trackId: string;
  kind: SourceKind;
  capturedMs: number;
}

export interface TrackRecorder {
  kind: SourceKind;
  trackId: string;
  mimeType: string;
  /** The encoder runs, and time with it. */
  start(): void;
  /** Muted is recorded as silence: the track stays one unbroken stream. */
  mute(on: boolean): void;
  /** Resolves once the last byte is in the spool and the track is finished. */
  stop(): Promise<void>;
  /** Lets go of the encoder and the device; the track is left as it is. */
  abandon(): Promise<void>;
  capturedMs(): number;
  /** Bytes in memory that are not in the spool yet. */
  waitingBytes(): number;
  recorded(): RecordedTrack;
}

export interface TrackRecorderOptions {
  source: Source;
  openEncoding: OpenEncoding;
  trackId: string;
  uploader: Uploader;
  sliceMs: number;
  bitsPerSecond: number;
  /** The device was taken out, the tab closed, or sharing ended. */
  onEnded: () => void;
  /** Recording can't go on. What was recorded is kept, and the track finished. */
  onFailed: (error: ClientError) => void;
}

/** One continuous encoder whose slices go to the spool, one after the other, as they come. */
export async function createTrackRecorder(options: TrackRecorderOptions): Promise<TrackRecorder> {
  const { source, openEncoding, trackId, uploader, sliceMs, bitsPerSecond, onEnded, onFailed } = options;
  let startedAt: number | null = null;
  let stoppedAt: number | null = null;
  let spooling: Promise<void> = Promise.resolve();
  let waitingBytes = 0;
  let failed = false;
  let givenUp = false;
  let stopping: Promise<void> | null = null;

  const capturedMs = () => (startedAt === null ? 0 : Math.round((stoppedAt ?? performance.now()) - startedAt));

  const fail = (error: ClientError) => {
    if (failed) return;
    failed = true;
    onFailed(error);
  };

  /**
   * Tries again where the spool is full: it gets emptier as the server takes what it holds. Where its storage fails, it
   * gives up in the end; nothing may then follow, the track would have a hole.
   */
  const spool = async (bytes: Uint8Array, atMs: number): Promise<void> => {
    for (let failures = 0; failures < maxSpoolFailures;) {
      try {
        return await uploader.append(trackId, bytes, atMs);
      } catch (error) {
        const cause =
          error instanceof ClientError
            ? error
            : new ClientError('SPOOL_FAILED', 'This device could not keep the audio.', error);
        fail(cause);
        if (cause.code !== 'SPOOL_FULL') failures += 1;
        await new Promise((resolve) => setTimeout(resolve, retrySpoolMs));
      }
    }
    givenUp = true;
  };

  const spoolAfter = async (earlier: Promise<void>, data: Blob, atMs: number) => {
    await earlier;
    if (!givenUp) await spool(new Uint8Array(await data.arrayBuffer()), atMs);
    waitingBytes -= data.size;
  };

  const onSlice = (slice: Blob) => {
    const atMs = capturedMs();
    waitingBytes += slice.size;
    if (waitingBytes > maxWaitingBytes) {
      fail(new ClientError('SPOOL_FAILED', 'This device does not keep up with storing the audio. Recording stopped.'));
    }
    spooling = spoolAfter(spooling, slice, atMs);
  };
  const onStopped = () => {
    stoppedAt ??= performance.now();
  };

  const { stream } = source;
  const encoding = await openEncoding({ stream, sliceMs, bitsPerSecond, onSlice, onFailed: fail, onStopped });
  source.audio.addEventListener('ended', onEnded);

  const abandon = async () => {
    source.audio.removeEventListener('ended', onEnded);
    await encoding.stop();
    source.close();
  };
  const finish = async () => {
    stoppedAt ??= performance.now();
    await abandon();
    await spooling;
    await uploader.finish(trackId, capturedMs());
  };

  return {
    kind: source.kind,
    trackId,
    mimeType: encoding.mimeType,
    start() {
      startedAt = performance.now();
      encoding.start();
    },
    mute(on) {
      source.audio.enabled = !on;
    },
    stop: () => (stopping ??= finish()),
    abandon,
    capturedMs,
    waitingBytes: () => waitingBytes,
    recorded: () => ({ trackId, kind: source.kind, capturedMs: capturedMs() }),
  };
}
