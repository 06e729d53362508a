import type { TrackOpen } from '@hansard/protocol';

/** What is known of a track apart from its bytes. */
export interface TrackMeta {
  trackId: string;
  meetingId: string;
  kind: TrackOpen['kind'];
  mimeType: string;
  participant: string | null;
  /** When the recorder started, by this machine's clock: milliseconds since 1970. */
  startedAtMs: number;
  /** The track that this one goes on from. */
  continues: string | null;
  /** How many bytes there are in all, once the recorder has finished; null while it has not. */
  length: number | null;
  /** How much was captured in all, once it has finished. The spool answers with the latest it knows. */
  capturedMs: number;
}

export interface SpooledTrack extends TrackMeta {
  /** Bytes before this offset were dropped: they are durable on the server. */
  start: number;
  /** What of the capture lies before `start`, rounded down. */
  startMs: number;
  /** Bytes from `start` to here can be read. */
  end: number;
  /** When bytes were last added or the metadata saved: milliseconds since 1970. */
  updatedAt: number;
}

/** `low`: a warning is due. `full`: stop recording now; what the recorder still holds fits into the reserve. */
export type SpoolLevel = 'ok' | 'low' | 'full';

export interface SpoolUsage {
  level: SpoolLevel;
  bytes: number;
  maxBytes: number;
}

export type SpoolEvent =
  | ({ type: 'SPOOL_OK' } & SpoolUsage)
  | ({ type: 'SPOOL_LOW' } & SpoolUsage)
  | ({ type: 'SPOOL_FULL' } & SpoolUsage);

/**
 * Keeps recorded bytes on this machine until the server has them on disk. One writer per track at a time; a track's
 * bytes are one unbroken run from `start` to `end`. Whatever resolved survives a crash of the page or the process. A
 * crash in the middle of a call leaves its bytes wholly in or wholly out. All calls reject with `SPOOL_FAILED` where the
 * storage fails, and with `UNKNOWN_TRACK` where the track was not saved.
 */
export interface Spool {
  /** Creates the track or replaces its metadata. Its bytes stay as they are. */
  saveTrack(meta: TrackMeta): Promise<void>;
  /**
   * Adds bytes at the track's end; `offset` must be the end. `capturedMs` is how much was captured when the last of them
   * had been recorded. Rejects with `SPOOL_FULL` (and keeps nothing of them) where they do not fit. The caller may reuse
   * the bytes once it has resolved.
   */
  append(trackId: string, offset: number, bytes: Uint8Array, capturedMs: number): Promise<void>;
  /**
   * At most `maxBytes` from `from` on, which must not be before `start`; fewer only at the end. `capturedMs` belongs to
   * the end of what was read, rounded down.
   */
  read(trackId: string, from: number, maxBytes: number): Promise<{ bytes: Uint8Array; capturedMs: number }>;
  /** Lets go of the bytes before `upTo`. Past the end, it moves the end too: the server has what a crash took here. */
  drop(trackId: string, upTo: number): Promise<void>;
  track(trackId: string): Promise<SpooledTrack | null>;
  tracks(): Promise<SpooledTrack[]>;
  /** Forgets the track and its bytes. */
  remove(trackId: string): Promise<void>;
  usage(): Promise<SpoolUsage>;
  /** Told when the level changes: low and full are told before anything is lost. */
  subscribe(listener: (event: SpoolEvent) => void): () => void;
  close(): Promise<void>;
}

/** 18 hours at 32 kbit/s. */
export const defaultSpoolBytes = 256 * 1024 * 1024;

export interface SpoolLimits {
  /** All bytes of all tracks. */
  maxBytes?: number;
  /** `low` is told when less than this is left. A fifth of `maxBytes` if left out. */
  lowBytes?: number;
  /** `full` is told when less than this is left. 1 MiB, or a tenth of a small spool, if left out. */
  reserveBytes?: number;
}
