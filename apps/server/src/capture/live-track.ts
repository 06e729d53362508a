import type { TrackReader } from './media/index.ts';

/** One end of a socket, as capture knows it. */
export interface Connection {
  readonly id: string;
  /** Another connection took the track, or it is gone. */
  onTrackLost(trackId: string, error: Error): void;
}

/** What `settled` is while no slice is on its way: one for all tracks, since a promise each second for each is garbage of the old generation. */
export const atRest: Promise<void> = Promise.resolve();

/** What a track that may still grow holds in memory: positions and a demuxer, never audio. */
export interface LiveTrack {
  readonly id: string;
  readonly meetingId: string;
  readonly offsetMs: number;
  readonly reader: TrackReader;
  /** The connection that feeds it; null while there is none. */
  owner: Connection | null;
  /** End of what was given to the journal; slices begin here or before. */
  accepted: number;
  /** End of what survives a power loss. */
  durable: number;
  /** End of what is in parts. */
  stored: number;
  capturedMs: number;
  /** Settles, without failing, when all slices given so far are answered for. */
  settled: Promise<void>;
  /** Without an answer yet. */
  slicesInFlight: number;
  unansweredBytes: number;
  /** Appends that the journal has not answered, in order: their offsets. One that fails takes those behind it out. */
  appends: { offset: number }[];
  closed: boolean;
  /** Resolves when the close that is being written down is. */
  closing: Promise<number> | null;
  /** Its meeting was deleted: nothing of it is stored any more. */
  gone: boolean;
  /** When it lost its connection, or was last fed: decides cutting, unloading and parts. */
  touchedAt: number;
  /** When the oldest byte that is in no part came; null where there is none. */
  partBeganAt: number | null;
  /** A part of it could not be stored; not to be tried before. */
  storeAgainAt: number;
  /** A cut for lack of a connection was made since the last byte. */
  cutWhileAway: boolean;
}
