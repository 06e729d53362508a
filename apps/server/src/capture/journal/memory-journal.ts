import { AppError } from '../../errors.ts';
import { type Journal, maxAppendBytes, maxReadBytes } from './contract.ts';

interface MemoryTrack {
  start: number;
  end: number;
  /** Its bytes from `start` on. */
  bytes: Buffer;
}

interface MemoryJournalOptions {
  maxInFlightBytes?: number;
}

/** Keeps every promise of the contract but survival: for tests of those who use a journal. */
export function createMemoryJournal({ maxInFlightBytes = 32 << 20 }: MemoryJournalOptions = {}): Journal {
  const tracks = new Map<string, MemoryTrack>();
  const accepted = new Map<string, number>();
  let bytesInFlight = 0;
  let appendedBytes = 0;
  let commits = 0;
  let closed = false;
  let settled: Promise<unknown> = Promise.resolve();

  const land = (trackId: string, offset: number, bytes: Uint8Array): void => {
    const track = tracks.get(trackId) ?? { start: offset, end: offset, bytes: Buffer.alloc(0) };
    track.bytes = Buffer.concat([track.bytes, bytes]);
    track.end += bytes.length;
    tracks.set(trackId, track);
    if (accepted.get(trackId) === track.end) accepted.delete(trackId);
    bytesInFlight -= bytes.length;
    appendedBytes += bytes.length;
    commits += 1;
  };

  return {
    async append(trackId, offset, bytes) {
      if (closed) throw new AppError('DRAINING', 'The journal is closing.');
      if (bytes.length === 0) throw new AppError('BAD_REQUEST', 'Nothing that can be appended.');
      if (bytes.length > maxAppendBytes) throw new AppError('TOO_LARGE', 'More than one append may have.');
      if (bytesInFlight + bytes.length > maxInFlightBytes) throw new AppError('BUSY', 'Too much is in flight.');
      const durable = tracks.get(trackId)?.end;
      const next = accepted.get(trackId) ?? durable ?? offset;
      if (offset !== next) {
        const code = offset > next ? 'HOLE' : 'CONFLICT';
        throw new AppError(code, `The track goes on at ${next}, not ${offset}.`, { durable: durable ?? 0 });
      }
      accepted.set(trackId, offset + bytes.length);
      bytesInFlight += bytes.length;
      const turn = new Promise((resolve) => setImmediate(resolve));
      settled = turn;
      await turn;
      land(trackId, offset, bytes);
    },
    async read(trackId, start, end, into) {
      const track = tracks.get(trackId);
      if (!track || start < track.start || end > track.end || start > end) {
        throw new AppError('NOT_FOUND', 'These bytes are not in the journal.');
      }
      if (end - start > maxReadBytes) throw new AppError('TOO_LARGE', 'More than one read may ask for.');
      const bytes = track.bytes.subarray(start - track.start, end - track.start);
      if (!into) return Uint8Array.from(bytes);
      into.set(bytes);
      return into.subarray(0, bytes.length);
    },
    damage: async () => [],
    extent(trackId) {
      const track = tracks.get(trackId);
      return track ? { start: track.start, end: track.end } : null;
    },
    release(trackId, upTo) {
      const track = tracks.get(trackId);
      if (!track || upTo <= track.start) return;
      track.bytes = track.bytes.subarray(Math.min(upTo, track.end) - track.start);
      track.start = Math.min(upTo, track.end);
      if (track.start === track.end) tracks.delete(trackId);
    },
    tracks: () => [...tracks.keys()],
    stats: () => ({
      bytesInFlight,
      maxBytesInFlight: maxInFlightBytes,
      files: 0,
      fileBytes: 0,
      appendedBytes,
      writtenBytes: appendedBytes,
      commits,
      indexBytes: 0,
    }),
    async close() {
      closed = true;
      await settled;
    },
  };
}
