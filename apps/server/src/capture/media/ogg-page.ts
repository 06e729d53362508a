import { asciiBytes } from './opus.ts';

export const oggPageFixedBytes = 27;
export const maxOggSegments = 255;

export const oggFlag = { continued: 1, first: 2, last: 4 } as const;

interface OggPageFields {
  flags: number;
  /** 48 kHz samples up to the end of the last packet that ends in the page; −1 where none does. */
  granule: number;
  serial: number;
  sequence: number;
}

export const oggPageBytes = (segments: number, bodyBytes: number): number => oggPageFixedBytes + segments + bodyBytes;

/** Fills `page`, which is just long enough, with the given lacing values and packets' bytes (RFC 3533 §6), and its checksum. */
export function writeOggPage(page: Buffer, fields: OggPageFields, lacing: readonly number[], body: Uint8Array): void {
  page.set(capturePattern);
  page[4] = 0;
  page[5] = fields.flags;
  page.writeBigInt64LE(BigInt(fields.granule), 6);
  page.writeUInt32LE(fields.serial, 14);
  page.writeUInt32LE(fields.sequence, 18);
  page.writeUInt32LE(0, 22);
  page[26] = lacing.length;
  page.set(lacing, oggPageFixedBytes);
  page.set(body, oggPageFixedBytes + lacing.length);
  page.writeUInt32LE(oggChecksum(page), 22);
}

export const capturePattern = asciiBytes('OggS');

/** CRC-32 of Ogg: polynomial 04c11db7, not reflected, no inversion, the checksum field as zero. Four bytes a step. */
function oggChecksum(page: Uint8Array): number {
  let crc = 0;
  let at = 0;
  for (; at + 4 <= page.length; at += 4) {
    crc ^= (page[at]! << 24) | (page[at + 1]! << 16) | (page[at + 2]! << 8) | page[at + 3]!;
    crc =
      crcTable[768 + (crc >>> 24)]! ^
      crcTable[512 + ((crc >>> 16) & 0xff)]! ^
      crcTable[256 + ((crc >>> 8) & 0xff)]! ^
      crcTable[crc & 0xff]!;
  }
  for (; at < page.length; at += 1) crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ page[at]!]!;
  return crc >>> 0;
}

const crcTable = makeCrcTable();

/** Row n, 256 long, is what a byte does n bytes further on. */
function makeCrcTable(): Int32Array {
  const table = new Int32Array(1024);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    table[byte] = crc;
  }
  for (let index = 256; index < 1024; index += 1) {
    const before = table[index - 256]!;
    table[index] = (before << 8) ^ table[before >>> 24]!;
  }
  return table;
}
