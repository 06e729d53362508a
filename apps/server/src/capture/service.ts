import type { TrackClose, TrackOpen } from '@hansard/protocol';
import type { Logger } from 'pino';
import type { ChunkRow, Database } from '../adapters/database/index.ts';
import type { Objects } from '../adapters/objects/index.ts';
import { createBufferPool } from '../buffer-pool.ts';
import { AppError } from '../errors.ts';
import { requireRight, type Actor } from '../identity/index.ts';
import { createChunkLog } from './chunk-log.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import type { Connection, LiveTrack } from './live-track.ts';
import { createDeletion } from './deletion.ts';
import { createLiveTracks } from './live-tracks.ts';
import { buildChunkOgg, oggBytes } from './media/index.ts';
import { createParts } from './parts.ts';
import { createPlayback, type PlaybackFile } from './playback.ts';
import { watchPressure } from './pressure.ts';
import { recoverTracks } from './recovery.ts';
import { createCaptureRepository } from './repository.ts';
import { createSliceMemory } from './slice-memory.ts';
import { createSweep } from './sweep.ts';
import { createTrackBytes } from './track-bytes.ts';
import { createUploads, type Slice } from './uploads.ts';

export interface CaptureOptions {
  database: Database;
  journal: Journal;
  objects: Objects;
  log: Logger;
  now?: () => number;
  maxChunkMs?: number;
  maxPartBytes?: number;
  maxPartMs?: number;
  /** Called before the first track of a meeting is made; throws where the meeting has to wait for a place. */
  admit?: (meetingId: string) => void;
  /** Chunks of these meetings wait to be transcribed. */
  onChunks: (meetingIds: ReadonlySet<string>) => void;
  /** A track of the meeting was opened, cut off, taken over or closed. */
  onTrackChanged: (meetingId: string) => void;
}

/** What is known of a track in memory, fresher than its row. */
export interface LiveTrackStatus {
  durable: number;
  durableMs: number;
  capturedMs: number;
  connected: boolean;
}

export type Capture = ReturnType<typeof createCapture>;

/** Slices in, chunks out, and the audio of both for whoever needs it. */
export function createCapture(options: CaptureOptions) {
  const { database, journal, objects, log, onChunks, onTrackChanged } = options;
  const now = options.now ?? Date.now;
  const maxPartBytes = options.maxPartBytes ?? 1024 * 1024;
  const maxPartMs = options.maxPartMs ?? 300_000;
  const admit = options.admit ?? (() => {});
  const maxChunkMs = options.maxChunkMs ?? 15_000;

  const repository = createCaptureRepository(database);
  const buffers = createBufferPool(captureLimits.buffers);
  const memory = createSliceMemory(buffers);
  const trackBytes = createTrackBytes({ repository, journal, objects });
  const chunkLog = createChunkLog({ repository, now, log, onChunks });
  const liveTracks = createLiveTracks({ repository, journal, trackBytes, chunkLog, now, maxChunkMs });
  const onLoss = onTrackChanged;
  const parts = createParts({ repository, journal, objects, liveTracks, log, now, maxPartBytes, onLoss });
  const uploads = createUploads({
    repository,
    journal,
    liveTracks,
    chunkLog,
    parts,
    memory,
    now,
    admit,
    onTrackChanged,
  });
  const sweep = createSweep({ liveTracks, chunkLog, parts, log, now, maxPartBytes, maxPartMs });
  const playback = createPlayback({ objects, trackBytes, now });
  const deleteAudio = createDeletion({ repository, journal, objects, liveTracks, parts, playback });
  const pressure = watchPressure(journal);
  const sweepTimer = setInterval(() => {
    buffers.trim();
    parts.trim();
    void sweep();
  }, captureLimits.sweepEveryMs);
  sweepTimer.unref();

  /** Takes up the meeting's tracks that may still grow. One that can't be read is said and passed over: it must not keep the rest. */
  async function* openTracksOf(meetingId: string): AsyncGenerator<LiveTrack> {
    for (const row of await repository.tracksOf(meetingId)) {
      if (row.kind === 'captions' || row.state === 'closed') continue;
      const track = await liveTracks.take(row.id).catch((error: unknown) => {
        log.error({ err: error, trackId: row.id }, 'a track could not be taken up');
        return null;
      });
      if (track) yield track;
    }
  }

  return {
    pressure,
    /** Resolves with the offset to go on from. */
    openTrack: (actor: Actor, connection: Connection, request: TrackOpen) => uploads.open(actor, connection, request),
    /** Resolves with `durable` once the slice survives a power loss. */
    writeSlice: (connection: Connection, slice: Slice) => uploads.slice(connection, slice),
    closeTrack: (connection: Connection, request: TrackClose) => uploads.close(connection, request),
    disconnect: (connection: Connection) => uploads.disconnect(connection),
    recover: () => recoverTracks({ repository, journal, liveTracks, log, now, onLoss }),

    liveTrack(trackId: string): LiveTrackStatus | null {
      const track = liveTracks.get(trackId);
      if (!track) return null;
      const { durable, reader, capturedMs, owner } = track;
      return {
        durable,
        durableMs: Math.round(reader.durableMs),
        capturedMs: Math.round(capturedMs),
        connected: owner !== null,
      };
    },

    /** Works with a whole Ogg/Opus file of the chunk, made now: its memory is used again once `work` has ended. */
    withChunkAudio<T>(
      { trackId, byteStart, byteEnd, framing }: Pick<ChunkRow, 'trackId' | 'byteStart' | 'byteEnd' | 'framing'>,
      work: (ogg: Uint8Array) => Promise<T>,
    ): Promise<T> {
      const length = byteEnd - byteStart;
      return buffers.use(oggBytes(length), async (memory) => {
        const ogg = await buffers.use(length, async (into) => {
          const bytes = await trackBytes.read(trackId, byteStart, byteEnd, into);
          return buildChunkOgg(bytes, JSON.parse(framing), memory);
        });
        return work(ogg);
      });
    },

    /** The track as one seekable file. Without a track ID, the meeting's only one. */
    async audio(actor: Actor, meetingId: string, trackId: string | undefined): Promise<PlaybackFile> {
      requireRight(actor, 'read');
      const meeting = await repository.meeting(actor.workspaceId, meetingId);
      if (!meeting) throw new AppError('NOT_FOUND', 'There is no such meeting.');
      const rows = (await repository.tracksOf(meetingId)).filter(({ kind }) => kind !== 'captions');
      const row = trackId === undefined ? rows[0] : rows.find(({ id }) => id === trackId);
      if (!row) throw new AppError('NOT_FOUND', 'There is no such recording.');
      if (trackId === undefined && rows.length > 1) {
        throw new AppError('BAD_REQUEST', 'The meeting has several tracks: name one with ?track=.');
      }
      const live = liveTracks.get(row.id);
      const durable = live?.durable ?? Math.max(row.storedBytes, journal.extent(row.id)?.end ?? 0);
      return playback.open({ id: row.id, mimeType: row.mimeType, durable, mayGrow: row.state === 'open' });
    },

    /** The meeting has ended: what was recorded so far is cut and stored; late bytes still find their track. */
    async endMeeting(meetingId: string): Promise<void> {
      for await (const track of openTracksOf(meetingId)) {
        chunkLog.add(track, track.reader.finish());
        void parts.store(track);
      }
      await chunkLog.flush();
    },

    deleteAudio,

    stats: () => ({ liveTracks: liveTracks.size, spareBufferBytes: buffers.keptBytes, journal: journal.stats() }),

    /** What the tracks in memory hold, by meeting: how many there are, and their bytes that wait for the disk. */
    heldByMeetings(): Map<string, { tracks: number; bytesInFlight: number }> {
      const held = new Map<string, { tracks: number; bytesInFlight: number }>();
      for (const { meetingId, unansweredBytes } of liveTracks.all()) {
        const { tracks, bytesInFlight } = held.get(meetingId) ?? { tracks: 0, bytesInFlight: 0 };
        held.set(meetingId, { tracks: tracks + 1, bytesInFlight: bytesInFlight + unansweredBytes });
      }
      return held;
    },

    /** U22: answers what is under way, and writes down where every cutter stands. The journal is closed by its owner. */
    async drain(): Promise<void> {
      clearInterval(sweepTimer);
      pressure.stop();
      await uploads.drain();
      // What can't be written is cut again at the next start.
      await chunkLog.flush();
    },
  };
}
