import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, toStorageError } from '../../errors.ts';
import { syncDir } from '../../sync-dir.ts';
import { damaged } from './bytes.ts';
import type { Run } from './drop-rows.ts';
import { footerBytes, readFooter, type Footer } from './footer.ts';
import { roomIndexLimits } from './limits.ts';
import { openSegment, type Segment } from './segment.ts';
import { decodeVector, encodeVectors, vectorRowBytes } from './vector-rows.ts';

/** Rows whose vectors lie so near to each other are read at once: what lies between costs less than another read. */
const maxGapBytes = 32 * 1024;
const copyBytes = 2 ** 20;

/** What a room will take in memory and what shape it has, by its last 64 bytes. */
export async function readRoomFooter(path: string): Promise<Footer> {
  return withFile(path, footerOf);
}

/** Reads a room's packed bytes with one read, of as many bytes as `packedBytes` says. */
export async function readRoom(path: string, packedBytes: number): Promise<Segment> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    if (packedBytes < footerBytes || packedBytes > Math.min(size, roomIndexLimits.maxPackedBytes)) {
      throw damaged('it is too short');
    }
    const segment = openSegment(await readAt(file, size - packedBytes, packedBytes));
    checkSize(segment.footer, size);
    return segment;
  });
}

/** What a new file takes from the one that is there: runs of vectors, of the room whose footer this is. */
export interface Kept {
  footer: Footer;
  runs: readonly Run[];
}

/**
 * Writes a room's file anew: the vectors kept, the new ones, the packed bytes. After a power loss either the old or the new
 * file is there, whole. Vectors kept are copied with their checksums, so what was damaged stays noticed.
 */
export async function writeRoom(
  path: string,
  segment: Segment,
  kept: Kept | null,
  vectors: Float32Array,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      if (kept && kept.footer.dims > 0) await copyVectors(path, file, kept);
      await writeAll(file, encodeVectors(vectors, segment.footer.dims));
      await writeAll(file, segment.packed);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncDir(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    throw toStorageError(error, 'The room’s index could not be written.');
  }
}

/** The vectors of the rows, in their order, with length 1; rejects where the file is no longer that of this room. */
export async function readVectors(path: string, expected: Footer, rows: readonly number[]): Promise<Float32Array[]> {
  return withFile(path, async (file) => {
    const runs = runsOf(rows, vectorRowBytes(expected.dims));
    // All at once: each step through the thread pool costs as much as a read. What came of another room's file is let go.
    const [read] = await Promise.all([
      Promise.all(runs.map((run) => readRun(file, run, expected.dims))),
      checkSame(file, expected, Math.max(-1, ...rows) + 1),
    ]);
    const byRow = new Map(read.flat());
    return rows.map((row) => byRow.get(row)!);
  });
}

/** A file of the same lineage with at least as many rows has the same vectors in them, whatever was appended since. */
async function checkSame(file: FileHandle, { lineage }: Footer, rows: number): Promise<void> {
  const footer = await footerOf(file);
  if (footer.lineage === lineage && footer.count >= rows) return;
  throw new AppError('CONFLICT', 'The room’s index was replaced meanwhile; open it again.');
}

async function readRun(file: FileHandle, run: readonly number[], dims: number): Promise<[number, Float32Array][]> {
  const first = run[0]!;
  const rowBytes = vectorRowBytes(dims);
  const bytes = await readAt(file, first * rowBytes, (run.at(-1)! - first + 1) * rowBytes);
  return run.map((row) => [row, decodeVector(bytes, (row - first) * rowBytes, dims)]);
}

function runsOf(rows: readonly number[], rowBytes: number): number[][] {
  const runs: number[][] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && (row - run.at(-1)! - 1) * rowBytes <= maxGapBytes) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

async function footerOf(file: FileHandle): Promise<Footer> {
  const { size } = await file.stat();
  if (size < footerBytes) throw damaged('it is too short');
  const footer = readFooter(await readAt(file, size - footerBytes, footerBytes));
  checkSize(footer, size);
  return footer;
}

function checkSize({ count, dims, packedBytes }: Footer, size: number): void {
  if (count * vectorRowBytes(dims) + packedBytes !== size) throw damaged('its vectors do not fit the passages');
}

/** Into a buffer of its own, which views of 32-bit numbers may lie upon. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead < length) throw damaged('it is cut off');
  return bytes;
}

async function copyVectors(path: string, to: FileHandle, { footer, runs }: Kept): Promise<void> {
  const rowBytes = vectorRowBytes(footer.dims);
  const from = await open(path, 'r');
  try {
    await checkSame(from, footer, footer.count);
    for (const { first, count } of runs) {
      const end = (first + count) * rowBytes;
      for (let at = first * rowBytes; at < end; at += copyBytes) {
        await writeAll(to, await readAt(from, at, Math.min(copyBytes, end - at)));
      }
    }
  } finally {
    await from.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    return await use(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new AppError('NOT_FOUND', 'This room has no index yet.', { cause: error });
    }
    throw toStorageError(error, 'The room’s index could not be read.');
  } finally {
    await file?.close();
  }
}
