import { open, readFile, rename, rm, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import type { SpooledTrack, TrackMeta } from '../spool/contract.ts';
import { concat, interpolate, type Mark } from '../spool/marks.ts';
import { bytesPosition, decodeRecords, encodeRecord, type RunRecord } from './run-file.ts';

/** A file takes no more records beyond this; it is deleted once all of them were dropped. */
const maxFileBytes = 1024 * 1024;

interface RunFile {
  path: string;
  size: number;
  records: RunRecord[];
}

interface Saved {
  meta: TrackMeta;
  start: Mark;
  savedAt: number;
}

/** One track in a directory: `ID.json` for what is known of it, `ID.OFFSET.run` for its bytes. */
export interface SpooledFiles {
  view(): SpooledTrack;
  bytes(): number;
  save(meta: TrackMeta): Promise<void>;
  append(offset: number, bytes: Uint8Array, capturedMs: number): Promise<void>;
  read(from: number, maxBytes: number): Promise<{ bytes: Uint8Array; capturedMs: number }>;
  drop(upTo: number): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

export const metaSuffix = '.json';

/** Makes a track's files for new metadata, or reads those of an earlier run. Throws where the metadata can't be read. */
export async function openSpooledFiles(
  directory: string,
  trackId: string,
  runFiles: readonly string[],
  newMeta: TrackMeta | null,
): Promise<SpooledFiles> {
  const metaPath = join(directory, trackId + metaSuffix);
  const saved: Saved = newMeta
    ? { meta: newMeta, start: { offset: 0, capturedMs: 0 }, savedAt: Date.now() }
    : (JSON.parse(await readFile(metaPath, 'utf8')) as Saved);
  let { meta, start, savedAt } = saved;
  const files = await recover(directory, trackId, runFiles, start.offset);
  let end: Mark = files.at(-1)?.records.at(-1)?.end ?? start;
  let writing: FileHandle | null = null;

  const writeMeta = async () => {
    // Renamed into place, so that a crash leaves the old or the new one.
    const text = JSON.stringify({ meta, start, savedAt } satisfies Saved);
    await writeFile(`${metaPath}.new`, text);
    await rename(`${metaPath}.new`, metaPath);
  };
  const capturedMsAt = (upTo: number): number => {
    let reached = start;
    for (const record of files.flatMap(({ records }) => records)) {
      if (record.offset >= upTo) break;
      if (record.end.offset <= reached.offset) continue;
      reached = { offset: Math.min(upTo, record.end.offset), capturedMs: interpolate(reached, record.end, upTo) };
    }
    return reached.capturedMs;
  };
  const closeFile = async () => {
    await writing?.close();
    writing = null;
  };
  const currentFile = async (): Promise<RunFile> => {
    const last = files.at(-1);
    if (last && last.size < maxFileBytes) {
      writing ??= await open(last.path, 'r+');
      return last;
    }
    await closeFile();
    const next = { path: join(directory, `${trackId}.${end.offset}.run`), size: 0, records: [] };
    writing = await open(next.path, 'w+');
    files.push(next);
    return next;
  };
  if (newMeta) await writeMeta();

  return {
    view: () => ({
      ...meta,
      start: start.offset,
      startMs: start.capturedMs,
      end: end.offset,
      capturedMs: Math.max(meta.capturedMs, end.capturedMs),
      updatedAt: savedAt,
    }),
    bytes: () => end.offset - start.offset,
    async save(next) {
      meta = next;
      savedAt = Date.now();
      await writeMeta();
    },
    async append(offset, bytes, capturedMs) {
      const file = await currentFile();
      const record = encodeRecord(offset, capturedMs, bytes);
      // At a position of our own: what a failed write left behind is written over.
      await writing!.write(record, 0, record.length, file.size);
      const runEnd = { offset: offset + bytes.byteLength, capturedMs };
      file.records.push({ offset, end: runEnd, position: bytesPosition(file.size) });
      file.size += record.length;
      end = runEnd;
      savedAt = Date.now();
    },
    async read(from, maxBytes) {
      const pieces: Uint8Array[] = [];
      const upTo = Math.min(end.offset, from + maxBytes);
      for (const { path, records } of files) {
        const wanted = records.filter(({ offset, end: runEnd }) => offset < upTo && runEnd.offset > from);
        if (wanted.length === 0) continue;
        const handle = await open(path, 'r');
        try {
          for (const { offset, position, end: runEnd } of wanted) {
            const begin = Math.max(offset, from);
            const piece = new Uint8Array(Math.min(runEnd.offset, upTo) - begin);
            const { bytesRead } = await handle.read(piece, 0, piece.length, position + begin - offset);
            if (bytesRead === piece.length) pieces.push(piece);
          }
        } finally {
          await handle.close();
        }
      }
      const bytes = concat(pieces);
      if (bytes.byteLength !== Math.max(0, upTo - from)) {
        throw new ClientError('SPOOL_FAILED', 'A file of the spool is cut short.');
      }
      return { bytes, capturedMs: capturedMsAt(Math.max(from, upTo)) };
    },
    async drop(upTo) {
      if (upTo <= start.offset) return;
      start = { offset: upTo, capturedMs: capturedMsAt(upTo) };
      const pastEnd = upTo > end.offset;
      if (pastEnd) end = start;
      // The file that is written to stays: by its last record the end is found again.
      const gone = files.slice(0, -1).filter(({ records }) => (records.at(-1)?.end.offset ?? 0) <= upTo);
      // The start is known again after a crash before what precedes it is deleted.
      if (gone.length > 0 || pastEnd) await writeMeta();
      files.splice(0, gone.length);
      await Promise.all(gone.map(({ path }) => rm(path, { force: true })));
    },
    async remove() {
      await closeFile();
      // The metadata first: bytes without any are swept away at the next start.
      await rm(metaPath, { force: true });
      await Promise.all(files.map(({ path }) => rm(path, { force: true })));
    },
    close: closeFile,
  };
}

/** Reads a track's files, cuts torn tails off, and leaves out records that do not join. */
async function recover(
  directory: string,
  trackId: string,
  names: readonly string[],
  start: number,
): Promise<RunFile[]> {
  const offsetOf = (name: string) => Number(name.slice(trackId.length + 1, -'.run'.length));
  const files: RunFile[] = [];
  let reached = -1;
  for (const name of names.toSorted((one, other) => offsetOf(one) - offsetOf(other))) {
    const path = join(directory, name);
    const content = await readFile(path);
    const { records, validBytes } = decodeRecords(content);
    if (validBytes < content.length) await truncate(path, validBytes);
    const joined = records.filter(({ offset, end }) => {
      // The server may have had more than this spool: then it goes on at `start`.
      if (end.offset <= start || (reached >= 0 && offset !== reached && offset !== start)) return false;
      reached = end.offset;
      return true;
    });
    files.push({ path, size: validBytes, records: joined });
  }
  return files;
}
