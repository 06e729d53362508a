import { limits, type TrackOpen } from '@hansard/protocol';
import type { MeetingRow, TrackRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { requireRight, type Actor } from '../identity/index.ts';
import type { ChunkLog } from './chunk-log.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import { atRest, type Connection, type LiveTrack } from './live-track.ts';
import type { LiveTracks } from './live-tracks.ts';
import { canCapture } from './media/index.ts';
import type { Parts } from './parts.ts';
import { TokenBucket } from './token-bucket.ts';
import type { CaptureRepository } from './repository.ts';
import type { SliceMemory } from './slice-memory.ts';

interface UploadsOptions {
  repository: CaptureRepository;
  journal: Journal;
  liveTracks: LiveTracks;
  chunkLog: ChunkLog;
  parts: Parts;
  memory: SliceMemory;
  now: () => number;
  /** Called before the first track of a meeting is made; throws where the meeting has to wait for a place. */
  admit: (meetingId: string) => void;
  /** A track was opened, closed, or taken over. */
  onTrackChanged: (meetingId: string) => void;
}

interface Feeder {
  tracks: Set<LiveTrack>;
  bytes: TokenBucket;
  slices: TokenBucket;
}

export interface Slice {
  trackId: string;
  offset: number;
  bytes: Uint8Array;
  capturedMs?: number | undefined;
}

/** When to come again where something is over in a moment. */
const busyMs = 100;

/** The server's side of the upload protocol; the rules that the comments name are those of `SPEC.md`. */
export function createUploads(options: UploadsOptions) {
  const { repository, journal, liveTracks, chunkLog, parts, memory, now, admit, onTrackChanged } = options;
  const feeders = new Map<Connection, Feeder>();
  const gone = new WeakSet<Connection>();
  const { maxBytesInFlight } = journal.stats();
  /** Of all slices without an answer, as the journal counts them or more: what passes this bound, the journal takes. */
  let unansweredBytes = 0;
  let draining = false;

  const feederOf = (connection: Connection): Feeder => {
    let feeder = feeders.get(connection);
    if (!feeder) {
      feeder = {
        tracks: new Set(),
        bytes: new TokenBucket(captureLimits.maxBytesPerSecond, now),
        slices: new TokenBucket(captureLimits.maxSlicesPerSecond, now),
      };
      feeders.set(connection, feeder);
    }
    return feeder;
  };

  async function open(actor: Actor, connection: Connection, request: TrackOpen): Promise<number> {
    requireRight(actor, 'record');
    refuseWhileDraining();
    if (!canCapture(request.mimeType)) {
      throw new AppError('UNSUPPORTED_MEDIA', `Tracks are audio/webm or audio/ogg with Opus, not ${request.mimeType}.`);
    }
    const meeting = await repository.meeting(actor.workspaceId, request.meetingId);
    if (!meeting) throw new AppError('NOT_FOUND', 'There is no such meeting.');
    const track = (await liveTracks.take(request.trackId)) ?? (await begin(meeting.id, request));
    if (track.meetingId !== meeting.id) throw new AppError('CONFLICT', 'This track belongs to another meeting.');
    // One that has gone meanwhile would keep the track from whoever really feeds it.
    if (!gone.has(connection)) own(connection, track);
    onTrackChanged(meeting.id);
    return track.durable;
  }

  async function begin(meetingId: string, request: TrackOpen): Promise<LiveTrack> {
    await repository.addTrack(meetingId, (meeting, tracks) => {
      if (tracks >= limits.maxTracksPerMeeting) {
        throw new AppError('TOO_MANY', `A meeting has at most ${limits.maxTracksPerMeeting} tracks.`);
      }
      const startedAt = serverTimeOf(meeting, request);
      if (meeting.endedAt !== null && startedAt > meeting.endedAt + captureLimits.endedToleranceMs) {
        throw new AppError('MEETING_ENDED', 'The meeting has ended; start a new one to go on recording.');
      }
      const setsTheStart = tracks === 0 && meeting.seq === 0;
      if (setsTheStart && meeting.endedAt === null) admit(meetingId);
      const offsetMs = setsTheStart ? 0 : Math.max(0, startedAt - meeting.startedAt);
      return { row: newRow(meetingId, request, offsetMs), startedAt: setsTheStart ? startedAt : null };
    });
    const track = await liveTracks.take(request.trackId);
    if (!track) throw new AppError('NOT_FOUND', 'There is no such meeting.');
    return track;
  }

  const newRow = (meetingId: string, request: TrackOpen, offsetMs: number): TrackRow => ({
    id: request.trackId,
    meetingId,
    kind: request.kind,
    mimeType: request.mimeType,
    participant: request.participant ?? null,
    offsetMs,
    continues: request.continues ?? null,
    state: 'open',
    length: null,
    capturedMs: 0,
    durableMs: 0,
    storedBytes: 0,
    cutterState: null,
    openedAt: now(),
  });

  /** U4: when the recorder began, by the server's clock. */
  function serverTimeOf(meeting: MeetingRow, { startedAtMs, sentAtMs }: TrackOpen): number {
    const at = now();
    if (startedAtMs < captureLimits.firstEpochMs) return Math.min(at, meeting.startedAt + Math.round(startedAtMs));
    const skewMs = sentAtMs === undefined ? 0 : at - sentAtMs;
    return Math.min(at, Math.max(meeting.createdAt, Math.round(startedAtMs + skewMs)));
  }

  /** U12: the newest connection feeds the track. */
  function own(connection: Connection, track: LiveTrack): void {
    const feeder = feederOf(connection);
    for (const past of feeder.tracks) if (past.closed || past.owner !== connection) feeder.tracks.delete(past);
    if (!feeder.tracks.has(track) && feeder.tracks.size >= limits.maxTracksPerSocket) {
      throw new AppError('TOO_MANY', `A connection feeds at most ${limits.maxTracksPerSocket} tracks.`);
    }
    if (track.owner && track.owner !== connection) {
      track.owner.onTrackLost(track.id, takenError());
    }
    feeder.tracks.add(track);
    track.owner = connection;
    track.touchedAt = now();
  }

  /** Resolves with `durable` once the slice is on disk. Until then nothing is awaited, so that a burst keeps its order. */
  async function slice(connection: Connection, { trackId, offset, bytes, capturedMs }: Slice): Promise<number> {
    const track = ownedTrack(connection, trackId);
    const end = offset + bytes.length;
    checkSize(offset, bytes.length);
    checkRate(feederOf(connection), track, bytes.length);
    if (offset > track.accepted) throw hole(track);
    noteCaptured(track, capturedMs);
    if (end > track.accepted) checkMayGrow(track);
    if (unansweredBytes + bytes.length + captureLimits.sliceOverheadBytes > maxBytesInFlight) {
      throw new AppError('BUSY', 'The disk is behind; try again in a moment.', { retryAfterMs: busyMs });
    }

    const fresh = end > track.accepted ? memory.hold(bytes.subarray(track.accepted - offset)) : null;
    return answer(track, end, bytes.length, fresh);
  }

  /** Not awaited in `slice`, which would keep the bytes as they came until then: `SliceMemory` says why that matters. */
  async function answer(track: LiveTrack, end: number, length: number, fresh: Uint8Array | null): Promise<number> {
    unansweredBytes += length + captureLimits.sliceOverheadBytes;
    track.unansweredBytes += length;
    track.slicesInFlight += 1;
    const before = track.settled;
    const answered = fresh ? append(track, fresh) : confirm(track, end);
    track.settled = answered.then(
      () => before,
      () => before,
    );
    try {
      await answered;
      return track.durable;
    } finally {
      if (fresh) memory.release(fresh);
      unansweredBytes -= length + captureLimits.sliceOverheadBytes;
      track.unansweredBytes -= length;
      track.slicesInFlight -= 1;
      if (track.slicesInFlight === 0) track.settled = atRest;
    }
  }

  /** Throws where the track takes no new bytes, now or ever. */
  function checkMayGrow(track: LiveTrack): void {
    if (track.closed) throw new AppError('TRACK_CLOSED', 'The track was closed; it takes no more bytes.');
    if (track.closing) throw new AppError('BUSY', 'The track is being closed.', { retryAfterMs: busyMs });
    refuseWhileDraining();
    if (chunkLog.isFull) {
      throw new AppError('STORAGE_FAILED', 'The database can’t be written.', {
        retryAfterMs: captureLimits.chunkRetryMs,
      });
    }
  }

  /** U6: journal first; what is durable goes to the cutter. */
  async function append(track: LiveTrack, bytes: Uint8Array): Promise<void> {
    const self = { offset: track.accepted };
    const end = self.offset + bytes.length;
    track.accepted = end;
    track.appends.push(self);
    const at = now();
    track.touchedAt = at;
    track.partBeganAt ??= at;
    try {
      await journal.append(track.id, self.offset, bytes);
    } catch (error) {
      // U10: what was given before may still become durable; this, and everything behind it, must be sent again.
      const place = track.appends.indexOf(self);
      if (place !== -1) {
        track.appends.length = place;
        track.accepted = self.offset;
      }
      throw error;
    }
    track.appends.shift();
    track.durable = end;
    track.cutWhileAway = false;
    const cut = track.reader.push(bytes, self.offset);
    if (cut.length > 0) chunkLog.add(track, cut);
  }

  /** U7: nothing new, but what it covers may still be on its way to the disk. */
  async function confirm(track: LiveTrack, end: number): Promise<void> {
    if (end <= track.durable) return;
    await track.settled;
    if (end > track.durable) throw hole(track);
  }

  /** Resolves with `durable` once the track is closed for good. */
  async function close(
    connection: Connection,
    request: { trackId: string; length: number; capturedMs?: number | undefined },
  ): Promise<number> {
    const track = ownedTrack(connection, request.trackId);
    await track.settled;
    if (track.closed) return track.durable;
    if (request.length > track.durable) throw hole(track);
    refuseWhileDraining();
    noteCaptured(track, request.capturedMs);
    track.closing ??= closeForGood(track).finally(() => {
      track.closing = null;
    });
    return track.closing;
  }

  async function closeForGood(track: LiveTrack): Promise<number> {
    // What was sent behind the close counts; nothing more is taken.
    await track.settled;
    chunkLog.add(track, track.reader.finish());
    await chunkLog.flushTrack(track.id);
    await repository.closeTrack(track.id, track.durable, Math.round(track.capturedMs));
    track.closed = true;
    onTrackChanged(track.meetingId);
    void parts.store(track);
    return track.durable;
  }

  /** U11, held to what its column can hold. */
  function noteCaptured(track: LiveTrack, capturedMs = 0): void {
    track.capturedMs = Math.max(track.capturedMs, Math.min(capturedMs, captureLimits.maxCapturedMs));
  }

  function ownedTrack(connection: Connection, trackId: string): LiveTrack {
    const track = liveTracks.get(trackId);
    if (track?.owner === connection) return track;
    const had = [...(feeders.get(connection)?.tracks ?? [])].find(({ id }) => id === trackId);
    if (had?.gone) throw new AppError('NOT_FOUND', 'The meeting was deleted.');
    // U15, U16: a closed track leaves memory, and is answered as before.
    if (had?.closed && had.owner === connection) return had;
    if (had) throw takenError();
    throw new AppError('TRACK_NOT_OPEN', 'Open the track on this connection first.');
  }

  function checkRate(feeder: Feeder, track: LiveTrack, length: number): void {
    const tooMuch =
      track.slicesInFlight >= limits.maxSlicesInFlight || track.unansweredBytes + length > limits.maxUnansweredBytes;
    const retryAfterMs = tooMuch ? 1 : feeder.slices.take(1) || feeder.bytes.take(length);
    if (retryAfterMs > 0) {
      throw new AppError('TOO_MANY', 'Slices come faster than they may; wait for answers.', { retryAfterMs });
    }
  }

  function refuseWhileDraining(): void {
    if (draining) throw new AppError('DRAINING', 'The server is stopping; it will be back.', { retryAfterMs: 1000 });
  }

  return {
    open,
    slice,
    close,
    /** U14: the connection is gone; its tracks are not. */
    disconnect(connection: Connection): void {
      const feeder = feeders.get(connection);
      feeders.delete(connection);
      gone.add(connection);
      for (const track of feeder?.tracks ?? []) {
        if (track.owner !== connection) continue;
        track.owner = null;
        track.touchedAt = now();
        onTrackChanged(track.meetingId);
      }
    },
    /** U22: nothing new from here on; resolves when what was under way is answered. */
    async drain(): Promise<void> {
      draining = true;
      await Promise.all([...liveTracks.all()].map(({ settled }) => settled));
    },
  };
}

function checkSize(offset: number, length: number): void {
  if (length === 0) throw new AppError('BAD_REQUEST', 'A slice holds at least one byte.');
  if (length > limits.maxSliceBytes) {
    throw new AppError('TOO_LARGE', `A slice holds at most ${limits.maxSliceBytes} bytes.`);
  }
  if (offset + length > limits.maxTrackBytes) {
    throw new AppError('TOO_LARGE', `A track holds at most ${limits.maxTrackBytes} bytes.`);
  }
}

const hole = (track: LiveTrack) =>
  new AppError('HOLE', `Bytes are missing from ${track.durable} on.`, { durable: track.durable });
const takenError = () => new AppError('TRACK_TAKEN', 'Another connection goes on with this track.');
