import type { WireError } from '@hansard/protocol';
import { ClientError } from '../client-error.ts';
import { systemClock, type Clock } from '../clock.ts';
import { createListeners } from '../listeners.ts';
import { connectSocket, type HansardSocket } from '../socket.ts';
import type { Spool, SpooledTrack, TrackMeta } from '../spool/contract.ts';
import { createBackoff, type BackoffOptions } from './backoff.ts';
import { createSendBudget } from './send-budget.ts';
import { defaultUploadSettings, type UploadSettings } from './settings.ts';
import { deriveStatus, type UploadStatus } from './status.ts';
import { createTrackLocks, type TrackLocks } from './track-locks.ts';
import { createTrackUpload, type TrackProgress, type TrackUpload } from './track-upload.ts';

export interface UploaderOptions {
  /** A connection to share, or the server's address to make one of its own. */
  socket?: HansardSocket;
  url?: string;
  spool: Spool;
  locks?: TrackLocks;
  clock?: Clock;
  backoff?: BackoffOptions;
  settings?: Partial<UploadSettings>;
  /** IDs, codes and counts only. */
  log?: (message: string, detail: Record<string, string | number>) => void;
}

export type NewTrack = Omit<TrackMeta, 'length' | 'capturedMs'>;

/** Takes recorded bytes to the server by way of the spool. */
export interface Uploader {
  /** Begins a track. Rejects with `TRACK_IN_USE` where another tab has it. */
  start(track: NewTrack): Promise<void>;
  /**
   * Resolves once the bytes are in the spool: they then survive a crash. Rejects as the spool does, and they may be given
   * again. One call at a time for each track.
   */
  append(trackId: string, bytes: Uint8Array, capturedMs: number): Promise<void>;
  /** Says that the track is complete. It is closed, and leaves the spool, when the server has it all. */
  finish(trackId: string, capturedMs: number): Promise<void>;
  /** Resolves once every byte of the finished track is durable and it is closed; rejects when it is given up. */
  whenSaved(trackId: string): Promise<void>;
  /**
   * Takes up what earlier visits left in the spool, and closes each track at the length that is known. Answers with the
   * tracks taken up; those that another tab has are left to it.
   */
  resumeUploads(): Promise<SpooledTrack[]>;
  /** Deletes what is kept of a track on this device, uploaded or not. */
  discard(trackId: string): Promise<void>;
  /** Of one meeting, or of all tracks that are uploaded here. What `resumeUploads` did not take up is not counted. */
  status(meetingId?: string): UploadStatus;
  progress(trackId: string): TrackProgress | null;
  /** Told after every change; read `status()` then. */
  subscribe(listener: () => void): () => void;
  /** Bytes of audio in memory on their way to the spool or the server. */
  heldBytes(): number;
  /** Stops uploading. What is not saved stays in the spool. A shared socket stays open. */
  close(): void;
}

interface Entry {
  upload: TrackUpload;
  connected: boolean;
  release: () => void;
  /** The spool's end. */
  end: number;
  appending: Promise<void> | null;
}

export function createUploader(options: UploaderOptions): Uploader {
  const { spool, locks = createTrackLocks(), clock = systemClock, log = () => {} } = options;
  const settings = { ...defaultUploadSettings, ...options.settings };
  const socket = options.socket ?? connectSocket(options.url);
  const budget = createSendBudget(settings.maxBytesOnTheWay);
  const listeners = createListeners<void>();
  const entries = new Map<string, Entry>();
  const lastAnswer = { at: 0 };
  let unspooledBytes = 0;
  let advisedMs = 0;
  let closed = false;
  let usage = { level: 'ok', bytes: 0, maxBytes: 0 } as Awaited<ReturnType<Spool['usage']>>;

  const changed = () => {
    for (const [trackId, entry] of entries) {
      if (entry.upload.progress().phase.kind !== 'saved') continue;
      entries.delete(trackId);
      entry.release();
    }
    connectWaiting();
    listeners.tell();
  };

  /** Opens as many tracks as the server allows on one connection; the others' turn comes when those are saved. */
  const connectWaiting = () => {
    if (!socket.connected || closed) return;
    let open = 0;
    for (const entry of entries.values()) {
      if (entry.upload.progress().phase.kind === 'stopped') continue;
      if ((open += 1) > settings.maxOpenTracks) return;
      if (entry.connected) continue;
      entry.connected = true;
      entry.upload.connect();
    }
  };

  const onConnect = () => {
    lastAnswer.at = clock.now();
    changed();
  };
  const onDisconnect = () => {
    advisedMs = 0;
    for (const entry of entries.values()) {
      entry.connected = false;
      entry.upload.advise(0);
      entry.upload.disconnect();
    }
    changed();
  };
  const advise = (sliceMs: number) => {
    advisedMs = sliceMs;
    for (const { upload } of entries.values()) upload.advise(sliceMs);
    changed();
  };
  const onSlowDown = ({ sliceMs }: { sliceMs: number }) => advise(sliceMs);
  const onSpeedUp = () => advise(0);
  const onLost = ({ trackId, error }: { trackId: string; error: WireError }) => {
    log('the server gave a track up', { trackId, code: error.code });
    entries.get(trackId)?.upload.taken(error);
  };
  const unsubscribeSpool = spool.subscribe((event) => {
    usage = event;
    changed();
  });
  socket.on('connect', onConnect);
  socket.on('disconnect', onDisconnect);
  socket.on('slow-down', onSlowDown);
  socket.on('speed-up', onSpeedUp);
  socket.on('track:lost', onLost);

  const add = (track: SpooledTrack, leftOver: boolean, release: () => void) => {
    const upload = createTrackUpload({
      track,
      leftOver,
      socket,
      spool,
      budget,
      backoff: createBackoff(options.backoff),
      clock,
      settings,
      lastAnswer,
      changed,
      stalled() {
        log('the server does not answer; connecting anew', { trackId: track.trackId });
        // The manager takes this for a network failure and connects again by itself.
        socket.io.engine.close();
      },
    });
    entries.set(track.trackId, { upload, connected: false, release, end: track.end, appending: null });
  };

  const find = (trackId: string): Entry => {
    const entry = entries.get(trackId);
    if (!entry) throw new ClientError('UNKNOWN_TRACK', `No track ${trackId} is being uploaded.`);
    return entry;
  };

  return {
    async start(track) {
      const release = await locks.tryAcquire(track.trackId);
      if (!release) throw new ClientError('TRACK_IN_USE', 'Another tab of this browser has this recording.');
      try {
        const meta = { ...track, length: null, capturedMs: 0 };
        await spool.saveTrack(meta);
        usage = await spool.usage();
        add({ ...meta, start: 0, startMs: 0, end: 0, updatedAt: clock.now() }, false, release);
      } catch (error) {
        release();
        throw error;
      }
      changed();
    },

    async append(trackId, bytes, capturedMs) {
      const entry = find(trackId);
      if (entry.appending) throw new RangeError('Append again only when the last append is done.');
      unspooledBytes += bytes.byteLength;
      entry.appending = spool.append(trackId, entry.end, bytes, capturedMs);
      changed();
      try {
        await entry.appending;
        entry.end += bytes.byteLength;
      } finally {
        entry.appending = null;
        unspooledBytes -= bytes.byteLength;
      }
      entry.upload.appended({ offset: entry.end, capturedMs });
    },

    async finish(trackId, capturedMs) {
      const entry = find(trackId);
      if (entry.appending) throw new RangeError('Finish only when the last append is done.');
      const kept = await spool.track(trackId);
      if (!kept) throw new ClientError('UNKNOWN_TRACK', 'The audio kept on this device has gone.');
      const { start: _start, startMs: _startMs, end, updatedAt: _updatedAt, ...meta } = kept;
      await spool.saveTrack({ ...meta, length: end, capturedMs });
      entry.upload.finish(end, capturedMs);
    },

    async whenSaved(trackId) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        const phase = entries.get(trackId)?.upload.progress().phase;
        if (!phase || phase.kind === 'saved') resolve();
        else if (phase.kind === 'stopped') reject(phase.error);
      };
      const unsubscribe = listeners.add(look);
      look();
      await promise.finally(unsubscribe);
    },

    async resumeUploads() {
      const taken: SpooledTrack[] = [];
      for (const { trackId } of await spool.tracks()) {
        if (entries.has(trackId)) continue;
        const release = await locks.tryAcquire(trackId);
        if (!release) continue;
        // Read again: until a moment ago another tab may have had it.
        const track = await spool.track(trackId);
        if (!track || entries.has(trackId)) {
          release();
          continue;
        }
        add(track, true, release);
        taken.push(track);
      }
      usage = await spool.usage();
      changed();
      return taken;
    },

    async discard(trackId) {
      const entry = entries.get(trackId);
      entry?.upload.stop(new ClientError('CLOSED', 'The recording was discarded.'));
      entries.delete(trackId);
      await entry?.appending;
      await spool.remove(trackId);
      entry?.release();
      changed();
    },

    status: (meetingId) =>
      deriveStatus({
        tracks: [...entries.values()]
          .map(({ upload }) => upload.progress())
          .filter((track) => meetingId === undefined || track.meetingId === meetingId),
        unspooledBytes,
        connected: socket.connected,
        advisedMs,
        spool: usage,
      }),
    progress: (trackId) => entries.get(trackId)?.upload.progress() ?? null,
    subscribe: (listener) => listeners.add(listener),
    heldBytes: () => unspooledBytes + budget.taken(),

    close() {
      closed = true;
      socket.off('connect', onConnect);
      socket.off('disconnect', onDisconnect);
      socket.off('slow-down', onSlowDown);
      socket.off('speed-up', onSpeedUp);
      socket.off('track:lost', onLost);
      unsubscribeSpool();
      for (const { upload, release } of entries.values()) {
        upload.stop(new ClientError('CLOSED', 'Uploading was stopped; this device keeps what is not saved yet.'));
        release();
      }
      if (!options.socket) socket.disconnect();
      listeners.tell();
    },
  };
}
