import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Mark } from '../spool/marks.ts';

/**
 * Spooled bytes in a file, as records one behind the other:
 *
 *     length u32 | crc32 u32 | offset f64 | capturedMs f64 | bytes      (little-endian; the CRC is of all behind it)
 */
const headerBytes = 24;
/** A length beyond this is rubbish. */
const maxRecordBytes = 64 * 1024 * 1024;

/** Where a record's bytes are. `end` is the mark at which they end. */
export interface RunRecord {
  offset: number;
  end: Mark;
  position: number;
}

export function encodeRecord(offset: number, capturedMs: number, bytes: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(headerBytes + bytes.byteLength);
  record.writeUInt32LE(bytes.byteLength, 0);
  record.writeDoubleLE(offset, 8);
  record.writeDoubleLE(capturedMs, 16);
  record.set(bytes, headerBytes);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

/** Where in the file the bytes of a record begin that is written at `position`. */
export function bytesPosition(position: number): number {
  return position + headerBytes;
}

/** The whole records of a file, and its length without a torn tail. */
export function decodeRecords(file: Buffer): { records: RunRecord[]; validBytes: number } {
  const records: RunRecord[] = [];
  let at = 0;
  while (at + headerBytes <= file.length) {
    const length = file.readUInt32LE(at);
    const stop = at + headerBytes + length;
    if (length > maxRecordBytes || stop > file.length) break;
    if (crc32(file.subarray(at + 8, stop)) !== file.readUInt32LE(at + 4)) break;
    const offset = file.readDoubleLE(at + 8);
    const end = { offset: offset + length, capturedMs: file.readDoubleLE(at + 16) };
    records.push({ offset, end, position: bytesPosition(at) });
    at = stop;
  }
  return { records, validBytes: at };
}
