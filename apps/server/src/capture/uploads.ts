import { limits, type TrackOpen } from '@hansard/protocol';
import type { MeetingRow, TrackRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { requireRight, type Actor } from '../identity/index.ts';
import type { ChunkLog } from './chunk-log.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import type { Connection, LiveTrack } from './live-track.ts';
import type { LiveTracks } from './live-tracks.ts';
import { canCapture } from './media/index.ts';
import type { Parts } from './parts.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';
import type { CaptureRepository } from './repository.ts';

interface UploadsOptions {
  repository: CaptureRepository;
  journal: Journal;
  liveTracks: LiveTracks;
  chunkLog: ChunkLog;
  parts: Parts;
  now: () => number;
  /** A track was opened, closed, or taken over. */
  onTrackChanged: (meetingId: string) => void;
}

interface Feeder {
  tracks: Set<LiveTrack>;
  bytes: TokenBucket;
  slices: TokenBucket;
  unansweredBytes: number;
}

export interface Slice {
  trackId: string;
  offset: number;
  bytes: Uint8Array;
  capturedMs?: number | undefined;
}

/** The server's side of the upload protocol; the rules that the comments name are those of `SPEC.md`. */
export function createUploads(options: UploadsOptions) {
  const { repository, journal, liveTracks, chunkLog, parts, now, onTrackChanged } = options;
  const feeders = new Map<Connection, Feeder>();
  let draining = false;

  const feederOf = (connection: Connection): Feeder => {
    let feeder = feeders.get(connection);
    if (!feeder) {
      feeder = {
        tracks: new Set(),
        bytes: createTokenBucket(captureLimits.maxBytesPerSecond, now),
        slices: createTokenBucket(captureLimits.maxSlicesPerSecond, now),
        unansweredBytes: 0,
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
    const track = (await liveTracks.take(request.trackId)) ?? (await begin(meeting, request));
    if (track.meetingId !== meeting.id) throw new AppError('CONFLICT', 'This track belongs to another meeting.');
    own(connection, track);
    onTrackChanged(meeting.id);
    return track.durable;
  }

  async function begin(meeting: MeetingRow, request: TrackOpen): Promise<LiveTrack> {
    const known = await repository.tracksOf(meeting.id);
    if (known.length >= limits.maxTracksPerMeeting) {
      throw new AppError('TOO_MANY', `A meeting has at most ${limits.maxTracksPerMeeting} tracks.`);
    }
    const startedAt = serverTimeOf(meeting, request);
    if (meeting.endedAt !== null && startedAt > meeting.endedAt + captureLimits.endedToleranceMs) {
      throw new AppError('MEETING_ENDED', 'The meeting has ended; start a new one to go on recording.');
    }
    const setsTheStart = known.length === 0 && meeting.seq === 0;
    const row: TrackRow = {
      id: request.trackId,
      meetingId: meeting.id,
      kind: request.kind,
      mimeType: request.mimeType,
      participant: request.participant ?? null,
      offsetMs: setsTheStart ? 0 : Math.max(0, startedAt - meeting.startedAt),
      continues: request.continues ?? null,
      state: 'open',
      length: null,
      capturedMs: 0,
      durableMs: 0,
      storedBytes: 0,
      cutterState: null,
      openedAt: now(),
    };
    await repository.addTrack(row, setsTheStart ? startedAt : null);
    return (await liveTracks.take(row.id))!;
  }

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

  /** Resolves with `durable` once the slice is on disk. */
  async function slice(connection: Connection, { trackId, offset, bytes, capturedMs }: Slice): Promise<number> {
    const track = ownedTrack(connection, trackId);
    const feeder = feederOf(connection);
    checkSize(offset, bytes.length);
    checkRate(feeder, track, bytes.length);
    if (offset > track.accepted) throw hole(track);
    if (capturedMs !== undefined) track.capturedMs = Math.max(track.capturedMs, capturedMs);

    const end = offset + bytes.length;
    if (end > track.accepted && track.closed) throw closedError();
    if (end > track.accepted) refuseWhileDraining();

    feeder.unansweredBytes += bytes.length;
    track.slicesInFlight += 1;
    const answered =
      end > track.accepted ? append(track, bytes.subarray(track.accepted - offset)) : confirm(track, end);
    track.settled = answered.then(
      () => {},
      () => {},
    );
    try {
      await answered;
      return track.durable;
    } finally {
      feeder.unansweredBytes -= bytes.length;
      track.slicesInFlight -= 1;
    }
  }

  /** U6: journal first; what is durable goes to the cutter. */
  async function append(track: LiveTrack, bytes: Uint8Array): Promise<void> {
    const { accepted: offset, failures } = track;
    track.accepted = offset + bytes.length;
    const at = now();
    track.touchedAt = at;
    track.partBeganAt ??= at;
    try {
      await journal.append(track.id, offset, bytes);
    } catch (error) {
      // U10: what is durable stays so; everything behind it must be sent again.
      if (track.failures === failures) {
        track.failures += 1;
        track.accepted = track.durable;
      }
      throw error;
    }
    track.durable = offset + bytes.length;
    track.cutWhileAway = false;
    const cut = track.reader.push(bytes, offset);
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
    track.capturedMs = Math.max(track.capturedMs, request.capturedMs ?? 0);
    chunkLog.add(track, track.reader.finish());
    await chunkLog.flush();
    await repository.closeTrack(track.id, track.durable, Math.round(track.capturedMs));
    track.closed = true;
    onTrackChanged(track.meetingId);
    void parts.store(track);
    return track.durable;
  }

  function ownedTrack(connection: Connection, trackId: string): LiveTrack {
    const track = liveTracks.get(trackId);
    if (track?.owner === connection) return track;
    const hadIt = [...(feeders.get(connection)?.tracks ?? [])].some(({ id }) => id === trackId);
    if (hadIt) throw takenError();
    throw new AppError('TRACK_NOT_OPEN', 'Open the track on this connection first.');
  }

  function checkRate(feeder: Feeder, track: LiveTrack, length: number): void {
    const tooMuch =
      track.slicesInFlight >= limits.maxSlicesInFlight ||
      feeder.unansweredBytes + length > limits.maxUnansweredBytes * limits.maxTracksPerSocket;
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
const closedError = () => new AppError('TRACK_CLOSED', 'The track was closed; it takes no more bytes.');
