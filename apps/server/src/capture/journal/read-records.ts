import { createBufferPool } from '../../buffer-pool.ts';
import { AppError, toStorageError } from '../../errors.ts';
import type { ByteRange } from './contract.ts';
import type { FilePool } from './file-pool.ts';
import { readAll } from './io.ts';
import type { LogFile } from './log-file.ts';
import { parseRecord, recordBytes } from './record.ts';
import { type Extent, noLocation } from './track-index.ts';

/** Records with less than this between them are read at once. */
const maxGapBytes = 16 << 10;
/** A batch grows no further than this: with one more record, the most that a read holds beside its result. */
const maxBatchBytes = 1 << 20;
/** Asked of the disk at once: a wait for each alone costs most of what a read does; many would hold up a commit's sync. */
const maxBatchRuns = 8;

/** A longer run is read as one that is not fresh. */
const maxFreshBytes = 128 << 10;

/** Room for the batches of a track with a slice a second; as many as parts are mostly copied at once, and some. */
const batchMemory = { bufferBytes: 64 << 10, maxKept: 4 };

interface Place extends Extent {
  file: LogFile;
  position: number;
}

interface Run {
  file: LogFile;
  start: number;
  end: number;
  places: Place[];
}

export interface ReadRequest {
  trackId: string;
  /** All that is there of [start, end), in order. */
  extents: readonly Extent[];
  start: number;
  end: number;
  /** As long or longer: they are put there. */
  into: Uint8Array | undefined;
  /** It was written moments ago, so that the system has it in memory: then a wait costs more than the read. */
  isFresh: boolean;
}

/** What reads bytes [start, end) of a track, checked, as one. */
export function createRecordReader(pool: FilePool): (request: ReadRequest) => Promise<Uint8Array> {
  /** For a fresh run, whose bytes are taken out of it at once. */
  const scratch = Buffer.allocUnsafeSlow(maxFreshBytes);
  const memory = createBufferPool(batchMemory);

  return async ({ trackId, extents, start, end, into, isFresh }) => {
    if (extents.some(({ location }) => location === noLocation)) throw damaged();
    const runs = planRuns(pool, Buffer.byteLength(trackId), extents);
    // Before the first wait: what is released meanwhile must not be written over.
    for (const { file } of runs) file.readers += 1;
    const result = into?.subarray(0, end - start) ?? new Uint8Array(end - start);
    const take = (place: Place, payload: Buffer): void => {
      const from = Math.max(start, place.start);
      const to = Math.min(end, place.end);
      result.set(payload.subarray(from - place.start, to - place.start), from - start);
    };
    try {
      const cold = isFresh ? runs.filter((run) => !takeNow(run, trackId, scratch, take)) : runs;
      for (const batch of batchesOf(cold)) {
        await memory.use(bytesOf(batch), async (room) => {
          const bytes = await readBatch(batch, room);
          for (const [index, run] of batch.entries()) {
            for (const place of run.places) {
              const payload = await payloadOf(place, trackId, bytes[index]!.subarray(place.position - run.start));
              if (!payload) throw damaged();
              take(place, payload);
            }
          }
        });
      }
    } finally {
      for (const { file } of runs) {
        file.readers -= 1;
        pool.recycleIfUnused(file);
      }
    }
    return result;
  };
}

/** Reads a run without a wait. False where it can't be, or shows anything but whole records: it is then read as any other. */
function takeNow(
  { file, start, end, places }: Run,
  trackId: string,
  scratch: Buffer,
  take: (place: Place, payload: Buffer) => void,
): boolean {
  const bytes = scratch.subarray(0, end - start);
  if (!file.disk.readNow || end - start > scratch.length) return false;
  try {
    if (file.disk.readNow(bytes, start) !== bytes.length) return false;
  } catch {
    return false;
  }
  for (const place of places) {
    const payload = findPayload(place, trackId, bytes.subarray(place.position - start));
    if (payload === null) return false;
    take(place, payload);
  }
  return true;
}

/** Those of the extents' bytes within the range that are damaged, behind what is known to be: record by record, as it is rare. */
export async function findDamage(
  pool: FilePool,
  trackId: string,
  extents: readonly Extent[],
  range: ByteRange,
  known: readonly ByteRange[],
): Promise<ByteRange[]> {
  const found = [...known];
  const runs = planRuns(
    pool,
    Buffer.byteLength(trackId),
    extents.filter(({ location }) => location !== noLocation),
  );
  const places = new Map(runs.flatMap((run) => run.places.map((place) => [place.start, place])));
  // Before the first wait, as when it is read.
  for (const { file } of runs) file.readers += 1;
  try {
    for (const extent of extents) {
      const place = places.get(extent.start);
      if (place && (await isWhole(place, trackId))) continue;
      const start = Math.max(extent.start, range.start);
      const last = found.at(-1);
      if (last?.end === start) last.end = Math.min(extent.end, range.end);
      else found.push({ start, end: Math.min(extent.end, range.end) });
    }
  } finally {
    for (const { file } of runs) {
      file.readers -= 1;
      pool.recycleIfUnused(file);
    }
  }
  return found;
}

async function isWhole(place: Place, trackId: string): Promise<boolean> {
  const length = recordBytes(Buffer.byteLength(trackId), place.end - place.start);
  return (await payloadOf(place, trackId, await readRange(place.file, place.position, length))) !== null;
}

function planRuns(pool: FilePool, idBytes: number, extents: readonly Extent[]): Run[] {
  const runs: Run[] = [];
  for (const extent of extents) {
    const place: Place = { ...extent, ...pool.placeOf(extent.location) };
    const end = place.position + recordBytes(idBytes, extent.end - extent.start);
    const run = runs.at(-1);
    const joins =
      run?.file === place.file &&
      place.position >= run.end &&
      place.position - run.end <= maxGapBytes &&
      end - run.start <= maxBatchBytes;
    if (run && joins) {
      run.places.push(place);
      run.end = end;
    } else {
      runs.push({ file: place.file, start: place.position, end, places: [place] });
    }
  }
  return runs;
}

function batchesOf(runs: readonly Run[]): Run[][] {
  const batches: Run[][] = [];
  let bytes = 0;
  for (const run of runs) {
    const batch = batches.at(-1);
    const length = run.end - run.start;
    if (batch && batch.length < maxBatchRuns && bytes + length <= maxBatchBytes) {
      batch.push(run);
      bytes += length;
    } else {
      batches.push([run]);
      bytes = length;
    }
  }
  return batches;
}

function bytesOf(batch: readonly Run[]): number {
  return batch.reduce((bytes, { start, end }) => bytes + end - start, 0);
}

/** Ends when all have ended, whatever becomes of one: until then their files count as read, and `room` is written to. */
async function readBatch(batch: readonly Run[], room: Uint8Array): Promise<Buffer[]> {
  let used = 0;
  const reads = await Promise.allSettled(
    batch.map(({ file, start, end }) => {
      const bytes = Buffer.from(room.buffer, room.byteOffset + used, end - start);
      used += bytes.length;
      return readInto(file, start, bytes);
    }),
  );
  return reads.map((read) => {
    if (read.status === 'rejected') throw read.reason;
    return read.value;
  });
}

/** Null where it is damaged. A record may be longer than what the index uses of it: then it is read again, whole. */
async function payloadOf(place: Place, trackId: string, bytes: Buffer): Promise<Buffer | null> {
  const record = parseRecord(bytes, 0, place.position, place.file);
  const isCut = record !== 'invalid' && 'needs' in record;
  const whole = isCut ? await readRange(place.file, place.position, record.needs) : bytes;
  return findPayload(place, trackId, whole);
}

/** Null where the bytes are not the whole record that the index means. */
function findPayload({ file, position, start, end }: Place, trackId: string, bytes: Buffer): Buffer | null {
  const record = parseRecord(bytes, 0, position, file);
  if (record === 'invalid' || 'needs' in record) return null;
  if (record.trackId !== trackId || record.offset !== start || record.length < end - start) return null;
  return bytes.subarray(record.headerBytes, record.headerBytes + record.length);
}

function readRange(file: LogFile, position: number, length: number): Promise<Buffer> {
  return readInto(file, position, Buffer.allocUnsafe(length));
}

async function readInto(file: LogFile, position: number, bytes: Buffer): Promise<Buffer> {
  try {
    const read = await readAll(file.disk, bytes, position);
    return bytes.subarray(0, read);
  } catch (error) {
    throw toStorageError(error, 'The journal could not be read.');
  }
}

function damaged(): AppError {
  return new AppError('STORAGE_FAILED', 'The disk has damaged this part of the recording.');
}
