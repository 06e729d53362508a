import type { PartRow } from '../adapters/database/index.ts';
import type { Objects } from '../adapters/objects/index.ts';
import { AppError } from '../errors.ts';
import type { Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import type { LostBytes } from './media/index.ts';
import type { CaptureRepository } from './repository.ts';

interface TrackBytesOptions {
  repository: CaptureRepository;
  journal: Journal;
  objects: Objects;
}

export type TrackBytes = ReturnType<typeof createTrackBytes>;

/** A track's durable bytes, wherever they are: in parts first, in the journal from there. */
export function createTrackBytes({ repository, journal, objects }: TrackBytesOptions) {
  /**
   * Bytes [start, end) in order, in pieces of at most `pieceBytes`; how many are lost, in the place of those that are. Throws
   * `NOT_FOUND` where some are missing, `STORAGE_FAILED` where some are damaged and it is not written down.
   */
  async function* stream(trackId: string, start: number, end: number): AsyncGenerator<Uint8Array | LostBytes> {
    let at = start;
    for (const { byteStart, byteEnd } of await repository.lossesIn(trackId, start, end)) {
      if (byteStart > at) yield* wholeBytes(trackId, at, byteStart);
      const lostFrom = Math.max(at, byteStart);
      at = Math.max(at, Math.min(byteEnd, end));
      if (at > lostFrom) yield { lostBytes: at - lostFrom };
    }
    yield* wholeBytes(trackId, at, end);
  }

  async function* wholeBytes(trackId: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    if (start >= end) return;
    let at = start;
    for (const part of await repository.partsIn(trackId, start, end)) {
      if (part.byteStart > at) break;
      const partEnd = Math.min(part.byteEnd, end);
      while (at < partEnd) {
        const pieceEnd = Math.min(partEnd, at + captureLimits.pieceBytes);
        yield await readPart(part, at, pieceEnd);
        at = pieceEnd;
      }
    }
    while (at < end) {
      const pieceEnd = Math.min(end, at + captureLimits.pieceBytes);
      const bytes = await readJournalOrPart(trackId, at, pieceEnd);
      yield bytes;
      at += bytes.length;
    }
  }

  /** A part may have been stored, and the journal released, since the parts were listed. */
  async function readJournalOrPart(trackId: string, start: number, end: number): Promise<Uint8Array> {
    if (isInJournal(trackId, start, end)) return journal.read(trackId, start, end);
    const [part] = await repository.partsIn(trackId, start, start + 1);
    if (!part) throw new AppError('NOT_FOUND', 'This part of the recording is not here.');
    const pieceEnd = Math.min(end, part.byteEnd);
    return readPart(part, start, pieceEnd);
  }

  function isInJournal(trackId: string, start: number, end: number): boolean {
    const extent = journal.extent(trackId);
    return extent !== null && extent.start <= start && extent.end >= end;
  }

  async function readPart({ objectKey, byteStart }: PartRow, start: number, end: number): Promise<Uint8Array> {
    const bytes = await objects.read(objectKey, start - byteStart, end - byteStart);
    if (bytes.length === end - start) return bytes;
    throw new AppError('STORAGE_FAILED', 'A part of the recording is shorter than it was stored.');
  }

  return {
    stream,
    /** Bytes [start, end) whole, in `into` where that is given: for a chunk, never for a track. Rejects with `STORAGE_FAILED` where some are lost. */
    async read(trackId: string, start: number, end: number, into?: Uint8Array): Promise<Uint8Array> {
      // Mostly a chunk is read right after it was cut: no row is asked for, nothing is copied.
      if (isInJournal(trackId, start, end)) return journal.read(trackId, start, end, into);
      const whole = into?.subarray(0, end - start) ?? new Uint8Array(end - start);
      let at = 0;
      for await (const piece of stream(trackId, start, end)) {
        if ('lostBytes' in piece) throw new AppError('STORAGE_FAILED', 'The disk has lost a part of this.');
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    },
  };
}
