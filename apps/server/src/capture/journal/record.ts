import { crc32 } from 'node:zlib';
import { maxAppendBytes } from './contract.ts';

/*
 * A record, little-endian:
 *    0  u32  magic
 *    4  u32  CRC-32 of everything from byte 8 to the end of the payload, begun with the file's seed
 *    8  u32  bytes of payload
 *   12  u32  where in the file it begins, in units
 *   16  u32  generation of the file
 *   20  u48  offset of the payload in its track
 *   26  u8   bytes of the track's ID
 *   27  u8   flags
 *   28  u32  CRC of the record before it in the same commit; 0 in the first one
 *   32  the track's ID in UTF-8, then the payload, then zeros up to a whole unit
 */
const magic = 0x31_4a_52_48;
const fixedBytes = 32;
const firstFlag = 1;

/** Records begin at multiples of it, so that 32 bits address 64 GB. */
export const unitBytes = 16;
/** Commits begin at multiples of it, so that no sector with acknowledged bytes is ever written again. */
export const blockBytes = 4096;
export const maxIdBytes = 255;

/** What a record's CRC and header are checked against. */
export interface FileIdentity {
  generation: number;
  seed: number;
}

export interface RecordHeader {
  trackId: string;
  offset: number;
  length: number;
  /** It is the first one of a commit. */
  first: boolean;
  crc: number;
  previousCrc: number;
  /** From the record's beginning to its payload's. */
  headerBytes: number;
}

export function recordBytes(idBytes: number, payloadBytes: number): number {
  return alignUp(fixedBytes + idBytes + payloadBytes, unitBytes);
}

export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

interface NewRecord {
  trackId: string;
  offset: number;
  payload: Uint8Array;
  /** In the file. */
  position: number;
  /** Of the record before it in the commit; null where it is the first. */
  previousCrc: number | null;
}

/** Writes a record's header at `at`. The payload's bytes come straight behind it. */
export function writeRecordHeader(
  into: Buffer,
  at: number,
  record: NewRecord,
  file: FileIdentity,
): { headerBytes: number; crc: number } {
  const idBytes = into.write(record.trackId, at + fixedBytes, 'utf8');
  into.writeUInt32LE(magic, at);
  into.writeUInt32LE(record.payload.length, at + 8);
  into.writeUInt32LE(record.position / unitBytes, at + 12);
  into.writeUInt32LE(file.generation, at + 16);
  into.writeUIntLE(record.offset, at + 20, 6);
  into.writeUInt8(idBytes, at + 26);
  into.writeUInt8(record.previousCrc === null ? firstFlag : 0, at + 27);
  into.writeUInt32LE(record.previousCrc ?? 0, at + 28);
  const end = at + fixedBytes + idBytes;
  const crc = crc32(record.payload, crc32(into.subarray(at + 8, end), file.seed));
  into.writeUInt32LE(crc, at + 4);
  return { headerBytes: end - at, crc };
}

export type ParsedRecord = RecordHeader | 'invalid' | { needs: number };

/**
 * The record at `at` of `bytes`, which is `position` of the file. `invalid` where there is none of this generation, or
 * any bit of it is wrong; `needs` says how many bytes from `at` on it takes to tell.
 */
export function parseRecord(bytes: Buffer, at: number, position: number, file: FileIdentity): ParsedRecord {
  if (bytes.length - at < fixedBytes) return { needs: fixedBytes };
  if (bytes.readUInt32LE(at) !== magic) return 'invalid';
  if (bytes.readUInt32LE(at + 12) !== position / unitBytes || bytes.readUInt32LE(at + 16) !== file.generation) {
    return 'invalid';
  }
  const length = bytes.readUInt32LE(at + 8);
  if (length > maxAppendBytes) return 'invalid';
  const headerBytes = fixedBytes + bytes.readUInt8(at + 26);
  if (bytes.length - at < headerBytes + length) return { needs: headerBytes + length };
  const crc = crc32(bytes.subarray(at + 8, at + headerBytes + length), file.seed);
  if (crc !== bytes.readUInt32LE(at + 4)) return 'invalid';
  return {
    trackId: bytes.toString('utf8', at + fixedBytes, at + headerBytes),
    offset: bytes.readUIntLE(at + 20, 6),
    length,
    first: (bytes.readUInt8(at + 27) & firstFlag) !== 0,
    crc,
    previousCrc: bytes.readUInt32LE(at + 28),
    headerBytes,
  };
}
