import { AppError, toStorageError } from '../../errors.ts';
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

/** Reads what the extents point to, checked, as one; only bytes [start, end) of the track. */
export async function readRecords(
  pool: FilePool,
  trackId: string,
  extents: readonly Extent[],
  start: number,
  end: number,
): Promise<Uint8Array> {
  if (extents.some(({ location }) => location === noLocation)) throw damaged();
  const runs = planRuns(pool, Buffer.byteLength(trackId), extents);
  // Before the first wait: what is released meanwhile must not be written over.
  for (const { file } of runs) file.readers += 1;
  const result = new Uint8Array(end - start);
  try {
    for (const batch of batchesOf(runs)) {
      const bytes = await readBatch(batch);
      for (const [index, run] of batch.entries()) {
        for (const place of run.places) {
          const payload = await payloadOf(place, trackId, bytes[index]!.subarray(place.position - run.start));
          const from = Math.max(start, place.start);
          const to = Math.min(end, place.end);
          result.set(payload.subarray(from - place.start, to - place.start), from - start);
        }
      }
    }
  } finally {
    for (const { file } of runs) {
      file.readers -= 1;
      pool.recycleIfUnused(file);
    }
  }
  return result;
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

/** Ends when all have ended, whatever becomes of one: their files count as read until then. */
async function readBatch(batch: readonly Run[]): Promise<Buffer[]> {
  const reads = await Promise.allSettled(batch.map(({ file, start, end }) => readRange(file, start, end - start)));
  return reads.map((read) => {
    if (read.status === 'rejected') throw read.reason;
    return read.value;
  });
}

/** A record may be longer than what the index uses of it: then it is read again, whole. */
async function payloadOf({ file, position, start, end }: Place, trackId: string, bytes: Buffer): Promise<Buffer> {
  let view = bytes;
  let record = parseRecord(view, 0, position, file);
  if (record !== 'invalid' && 'needs' in record) {
    view = await readRange(file, position, record.needs);
    record = parseRecord(view, 0, position, file);
  }
  if (record === 'invalid' || 'needs' in record) throw damaged();
  if (record.trackId !== trackId || record.offset !== start || record.length < end - start) throw damaged();
  return view.subarray(record.headerBytes, record.headerBytes + record.length);
}

async function readRange(file: LogFile, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
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
