import { AppError, toStorageError } from '../../errors.ts';
import type { PendingRecord } from './commit-builder.ts';
import { type Journal, type JournalOptions, maxAppendBytes, maxReadBytes } from './contract.ts';
import { createFilePool } from './file-pool.ts';
import { createGroupCommit } from './group-commit.ts';
import { createNodeIo } from './node-io.ts';
import { createRecordReader, findDamage } from './read-records.ts';
import { alignUp, blockBytes, maxIdBytes, recordBytes } from './record.ts';
import { recover } from './recover.ts';
import {
  beginAt,
  createTrackIndex,
  findExtents,
  maxTrackSpan,
  putRecord,
  releaseRecords,
  type TrackIndex,
} from './track-index.ts';

interface Track {
  index: TrackIndex;
  /** End of what was given to `append`. */
  accepted: number;
  /** Appends not answered yet. */
  pending: number;
}

interface TrackRecord extends PendingRecord {
  track: Track;
}

const leastFileBytes = 64 << 10;
/** What is read of the last so many bytes of a track was written moments ago: a minute of speech. */
const freshBytes = 256 << 10;

/**
 * Opens the journal in a folder, after whatever end it had. Takes as long as reading all of it. Rejects with
 * `STORAGE_FAILED` where the folder can't be read, or its last commit can't be made durable; a full disk keeps it from
 * nothing but appending.
 */
export async function openJournal({
  dir,
  log,
  maxFileBytes = 64 << 20,
  maxTotalBytes = 16 * 2 ** 30,
  maxInFlightBytes = 32 << 20,
  commitEveryMs = 8,
  io = createNodeIo(),
}: JournalOptions): Promise<Journal> {
  if (maxFileBytes < leastFileBytes || maxFileBytes % blockBytes !== 0) {
    throw new AppError(
      'BAD_REQUEST',
      `maxFileBytes is ${maxFileBytes}: it must be whole blocks, ${leastFileBytes} or more.`,
    );
  }
  const pool = createFilePool({ dir, io, log, maxFileBytes, maxTotalBytes });
  const readRecords = createRecordReader(pool);
  const tracks = new Map<string, Track>();
  let appendedBytes = 0;
  let closing: Promise<void> | null = null;

  const trackOf = (trackId: string): Track => {
    const known = tracks.get(trackId);
    if (known) return known;
    const track: Track = { index: createTrackIndex(), accepted: 0, pending: 0 };
    tracks.set(trackId, track);
    return track;
  };

  const forgetIfEmpty = (trackId: string, { index, pending }: Track): void => {
    if (index.count === 0 && pending === 0) tracks.delete(trackId);
  };

  const onDrop = (location: number): void => {
    const { file } = pool.placeOf(location);
    file.live -= 1;
    pool.recycleIfUnused(file);
  };

  const put = (track: Track, offset: number, bytes: number, location: number): boolean => {
    pool.placeOf(location).file.live += 1;
    return putRecord(track.index, offset, offset + bytes, location, onDrop);
  };

  const commits = createGroupCommit<TrackRecord>({
    pool,
    log,
    commitEveryMs,
    onDurable({ track, offset, payload }, location) {
      track.pending -= 1;
      appendedBytes += payload.length;
      put(track, offset, payload.length, location);
    },
    onFailed(records) {
      for (const { trackId, track } of records) {
        track.pending -= 1;
        track.accepted = track.index.end;
        forgetIfEmpty(trackId, track);
      }
    },
  });

  const give = (trackId: string, track: Track, offset: number, payload: Uint8Array): Promise<void> => {
    const durable = commits.append({
      trackId,
      track,
      idBytes: Buffer.byteLength(trackId),
      offset,
      payload,
      position: 0,
    });
    track.pending += 1;
    track.accepted = offset + payload.length;
    return durable;
  };

  try {
    await recover({
      pool,
      log,
      onRecord(trackId, offset, bytes, location) {
        const track = trackOf(trackId);
        const isCopy = put(track, offset, bytes, location);
        track.accepted = track.index.end;
        return isCopy;
      },
      usedBytes(trackId, offset, location) {
        const { index } = trackOf(trackId);
        const [extent] = index.count > 0 ? findExtents(index, offset, offset + 1) : [];
        return extent?.start === offset && extent.location === location ? extent.end - offset : 0;
      },
      continueIn: commits.continueIn,
      writeAgain(trackId, offset, payload) {
        const track = trackOf(trackId);
        const { accepted } = track;
        const durable = give(trackId, track, offset, payload);
        track.accepted = accepted;
        return durable;
      },
    });
    appendedBytes = 0;
  } catch (error) {
    await pool.close();
    throw toStorageError(error, 'The journal could not be opened.');
  }
  pool.prepareSpare();
  const { files, fileBytes } = pool.counts();
  log.info({ files, fileBytes, tracks: tracks.size }, 'journal opened');

  return {
    async append(trackId, offset, bytes) {
      if (closing) throw new AppError('DRAINING', 'The journal is closing.');
      checkAppend(trackId, offset, bytes, maxFileBytes);
      if (commits.bytesInFlight + recordBytes(Buffer.byteLength(trackId), bytes.length) > maxInFlightBytes) {
        throw new AppError('BUSY', 'The disk is behind; try again in a moment.');
      }
      const track = trackOf(trackId);
      if (track.index.count > 0 || track.pending > 0) checkSequence(track, offset, bytes.length);
      else beginAt(track.index, offset);
      await give(trackId, track, offset, bytes);
    },
    async read(trackId, start, end, into) {
      const index = tracks.get(trackId)?.index;
      if (!index || index.count === 0 || start < index.start || end > index.end || start > end) {
        throw new AppError('NOT_FOUND', 'These bytes are not in the journal.');
      }
      if (end - start > maxReadBytes) throw new AppError('TOO_LARGE', 'More than one read may ask for.');
      if (start === end) return new Uint8Array(0);
      const extents = findExtents(index, start, end);
      return readRecords({ trackId, extents, start, end, into, isFresh: index.end - start <= freshBytes });
    },
    async damage(trackId, start, end) {
      const index = tracks.get(trackId)?.index;
      if (!index || index.count === 0) return [];
      const from = Math.max(start, index.start);
      const to = Math.min(end, index.end);
      const missing = start < Math.min(end, index.start) ? [{ start, end: Math.min(end, index.start) }] : [];
      return from < to
        ? findDamage(pool, trackId, findExtents(index, from, to), { start: from, end: to }, missing)
        : missing;
    },
    extent(trackId) {
      const index = tracks.get(trackId)?.index;
      return index && index.count > 0 ? { start: index.start, end: index.end } : null;
    },
    release(trackId, upTo) {
      const track = tracks.get(trackId);
      if (!track) return;
      releaseRecords(track.index, upTo, onDrop);
      forgetIfEmpty(trackId, track);
    },
    *tracks() {
      for (const [trackId, { index }] of tracks) if (index.count > 0) yield trackId;
    },
    stats: () => ({
      bytesInFlight: commits.bytesInFlight,
      ...commits.counts(),
      ...pool.counts(),
      maxBytesInFlight: maxInFlightBytes,
      appendedBytes,
      indexBytes: indexBytes(tracks),
    }),
    close() {
      closing ??= commits.idle().then(() => pool.close());
      return closing;
    },
  };
}

function checkAppend(trackId: string, offset: number, bytes: Uint8Array, maxFileBytes: number): void {
  const idBytes = Buffer.byteLength(trackId);
  if (idBytes === 0 || idBytes > maxIdBytes || !Number.isSafeInteger(offset) || offset < 0 || bytes.length === 0) {
    throw new AppError('BAD_REQUEST', 'Nothing that can be appended.');
  }
  const room = maxFileBytes - blockBytes;
  if (bytes.length > maxAppendBytes || alignUp(recordBytes(idBytes, bytes.length), blockBytes) > room) {
    throw new AppError('TOO_LARGE', 'More than one append may have.');
  }
}

function checkSequence({ accepted, index }: Track, offset: number, length: number): void {
  if (offset !== accepted) {
    const code = offset > accepted ? 'HOLE' : 'CONFLICT';
    throw new AppError(code, `The track goes on at ${accepted}, not ${offset}.`, { durable: index.end });
  }
  if (offset + length - index.base > maxTrackSpan)
    throw new AppError('TOO_LARGE', 'Too much of the track is unreleased.');
}

function indexBytes(tracks: ReadonlyMap<string, Track>): number {
  let bytes = 0;
  for (const { index } of tracks.values()) bytes += index.cells.byteLength;
  return bytes;
}
