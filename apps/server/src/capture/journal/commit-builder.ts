import type { LogFile } from './log-file.ts';
import { alignUp, blockBytes, maxIdBytes, recordBytes, writeRecordHeader } from './record.ts';

/** Headers and small payloads of one commit; two such buffers are all that the journal copies into. */
const stagingBytes = 1 << 20;
/** A payload up to this size is copied, so that a commit of many small ones is one buffer; a larger one is written from where it is. */
const maxCopiedBytes = 16 << 10;
/** Less than the 1024 that one writev takes. */
const maxBuffers = 1000;
/** Bounds what is written again on a start. */
export const maxCommitBytes = 4 << 20;

const zeros = Buffer.alloc(blockBytes);
const recordHeaderRoom = 64 + maxIdBytes;

/** An append on its way to the disk. */
export interface PendingRecord {
  trackId: string;
  idBytes: number;
  offset: number;
  payload: Uint8Array;
  /** In its file; set when it becomes part of a commit. */
  position: number;
}

export interface Commit<R extends PendingRecord> {
  file: LogFile;
  /** Where the first record begins, and where the next commit may. */
  start: number;
  end: number;
  buffers: Uint8Array[];
  records: R[];
}

/** Lays records out as they will be on disk. What `take` gives is valid until the next `begin`. */
export function createCommitBuilder<R extends PendingRecord>() {
  const staging = Buffer.allocUnsafeSlow(stagingBytes);
  let file: LogFile | null = null;
  let start = 0;
  let end = 0;
  let buffers: Uint8Array[] = [];
  let records: R[] = [];
  let previousCrc: number | null = null;
  /** `staging` up to `used` is taken; from `cut` on it is in no buffer yet. */
  let used = 0;
  let cut = 0;
  let most = maxCommitBytes;

  const flushStaging = (): void => {
    if (used > cut) buffers.push(staging.subarray(cut, used));
    cut = used;
  };

  const stageZeros = (bytes: number): void => {
    staging.fill(0, used, used + bytes);
    used += bytes;
  };

  return {
    /** Records go to this place from now on, up to so many bytes; null where there is none yet. */
    begin(place: { file: LogFile; position: number } | null, maxBytes = maxCommitBytes): void {
      file = place?.file ?? null;
      start = place?.position ?? 0;
      end = start;
      buffers = [];
      records = [];
      previousCrc = null;
      used = 0;
      cut = 0;
      most = Math.min(maxBytes, maxCommitBytes);
    },
    get file(): LogFile | null {
      return file;
    },
    get records(): readonly R[] {
      return records;
    },
    /** False where it has no room, in the commit or in the file. */
    add(record: R): boolean {
      const { payload, trackId, offset } = record;
      const bytes = recordBytes(record.idBytes, payload.length);
      if (!file || alignUp(end + bytes, blockBytes) > file.bytes) return false;
      const copied = payload.length <= maxCopiedBytes ? payload.length : 0;
      const full =
        used + recordHeaderRoom + copied > stagingBytes ||
        buffers.length + 3 > maxBuffers ||
        (records.length > 0 && end - start + bytes > most);
      if (full) return false;

      record.position = end;
      const { headerBytes, crc } = writeRecordHeader(
        staging,
        used,
        { trackId, offset, payload, previousCrc, position: end },
        file,
      );
      used += headerBytes;
      if (copied > 0) {
        staging.set(payload, used);
        used += copied;
      } else {
        flushStaging();
        buffers.push(payload);
      }
      stageZeros(bytes - headerBytes - payload.length);
      previousCrc = crc;
      end += bytes;
      records.push(record);
      return true;
    },
    /** The commit as it is now, padded to whole blocks; the file's own header goes with its first commit. */
    take(): Commit<R> {
      if (!file) throw new Error('A commit without a file');
      flushStaging();
      const alignedEnd = alignUp(end, blockBytes);
      if (alignedEnd > end) buffers.push(zeros.subarray(0, alignedEnd - end));
      if (file.header) buffers.unshift(file.header);
      return { file, start, end: alignedEnd, buffers, records };
    },
  };
}
