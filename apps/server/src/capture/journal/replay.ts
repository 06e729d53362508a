import { type FileHeader, parseFileHeader } from './file-header.ts';
import { type JournalFile, readAll } from './io.ts';
import type { LogFile } from './log-file.ts';
import {
  alignUp,
  blockBytes,
  type FileIdentity,
  parseRecord,
  type ParsedRecord,
  type RecordHeader,
  recordBytes,
} from './record.ts';

/** Read at once; holds the longest record. */
const windowBytes = 4 << 20;

interface Scan {
  /** Of which anything is whole. */
  commits: number;
  /** The next commit may begin there. */
  end: number;
}

/** The payload is a view that holds until the call returns. */
type OnRecord = (record: RecordHeader, position: number, payload: Buffer) => void;

export async function readFileHeader(disk: JournalFile): Promise<FileHeader | null> {
  const block = Buffer.alloc(blockBytes);
  const read = await readAll(disk, block, 0);
  return parseFileHeader(block.subarray(0, read));
}

/**
 * Gives every whole record of a file's present generation from `from` on, in order, up to where it is doubtful. A commit ends at its first record that
 * is not whole. The next one begins at some later block with a record that says that it is a first one.
 */
export async function scanFile(
  { disk, bytes, doubtfulFrom, generation, seed }: LogFile,
  from: number,
  onRecord: OnRecord,
): Promise<Scan> {
  const file = { bytes: doubtfulFrom ?? bytes, generation, seed };
  const window = createWindow(disk);
  const scan: Scan = { commits: 0, end: from };
  /** CRC of the record before this place in the same commit; null outside a commit. */
  let previousCrc: number | null = null;
  let at = from;
  while (at < file.bytes) {
    const { record, payload } = await parseAt(window, file, at);
    const inSequence = record !== null && (record.first ? at % blockBytes === 0 : record.previousCrc === previousCrc);
    if (record && inSequence) {
      onRecord(record, at, payload);
      if (record.first) scan.commits += 1;
      previousCrc = record.crc;
      at += recordBytes(Buffer.byteLength(record.trackId), record.length);
      scan.end = alignUp(at, blockBytes);
    } else {
      at = alignUp(previousCrc === null ? at + 1 : at, blockBytes);
      previousCrc = null;
    }
  }
  return scan;
}

type Window = ReturnType<typeof createWindow>;

const nothing = Buffer.alloc(0);

async function parseAt(
  window: Window,
  file: { bytes: number } & FileIdentity,
  at: number,
): Promise<{ record: RecordHeader | null; payload: Buffer }> {
  let parsed: ParsedRecord = { needs: 1 };
  let view: Buffer = nothing;
  while (parsed !== 'invalid' && 'needs' in parsed) {
    if (at + parsed.needs > file.bytes) return { record: null, payload: nothing };
    view = await window.view(at, parsed.needs);
    if (view.length < parsed.needs) return { record: null, payload: nothing };
    parsed = parseRecord(view, 0, at, file);
  }
  if (parsed === 'invalid') return { record: null, payload: nothing };
  return { record: parsed, payload: view.subarray(parsed.headerBytes, parsed.headerBytes + parsed.length) };
}

/** A part of the file in memory, moved on when more is asked for than it has. */
function createWindow(disk: JournalFile) {
  const buffer = Buffer.allocUnsafe(windowBytes);
  let start = 0;
  let end = 0;
  return {
    /** All it has from `at` on: at least `bytes`, less only at the end of the file. */
    async view(at: number, bytes: number): Promise<Buffer> {
      if (at < start || at + bytes > end) {
        start = at;
        end = at + (await readAll(disk, buffer, at));
      }
      return buffer.subarray(at - start, end - start);
    },
  };
}
