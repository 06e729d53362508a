import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { blockBytes, type FileIdentity } from './record.ts';

/*
 * The first block of a file, little-endian: 0 u32 magic, 4 u32 CRC-32 of bytes 8 to 19, 8 u32 version, 12 u32 generation,
 * 16 u32 salt; 20 u32 CRC-32 of what follows, begun with the first one, 24 u32 how many older files end before their last
 * commit, and for each of them u32 generation, u32 block in which the commit begins that failed. The same again in the
 * middle of the block, so that one bad sector costs nothing. Files from before there was such a list have zeros there.
 */
const magic = 0x48_4c_4a_48;
const version = 1;
const identityBytes = 20;
const fixedBytes = 28;
const endBytes = 8;
const copyBytes = blockBytes / 2;
const copies = [0, copyBytes];

/** As many as a copy of the header has room for. */
export const maxDoubtfulEnds = Math.floor((copyBytes - fixedBytes) / endBytes);

export interface FileHeader {
  identity: FileIdentity;
  /** Of files by their generation: from there on nothing counts that is found in them. */
  doubtfulEnds: ReadonlyMap<number, number>;
}

/** The header of a file that is begun anew. The salt keeps bytes of a recording from passing for records. */
export function newFileHeader(
  generation: number,
  doubtfulEnds: FileHeader['doubtfulEnds'],
): { block: Buffer; identity: FileIdentity } {
  const block = Buffer.alloc(blockBytes);
  block.writeUInt32LE(magic, 0);
  block.writeUInt32LE(version, 8);
  block.writeUInt32LE(generation, 12);
  block.writeUInt32LE(randomInt(2 ** 32), 16);
  block.writeUInt32LE(identityCrc(block), 4);
  block.writeUInt32LE(doubtfulEnds.size, 24);
  let at = fixedBytes;
  for (const [doubtful, position] of doubtfulEnds) {
    block.writeUInt32LE(doubtful, at);
    block.writeUInt32LE(position / blockBytes, at + 4);
    at += endBytes;
  }
  block.writeUInt32LE(listCrc(block, at), 20);
  block.copy(block, copyBytes, 0, at);
  return { block, identity: { generation, seed: seedOf(block) } };
}

/** Null where a file was never begun, or its beginning was cut off by a crash: it then holds nothing. */
export function parseFileHeader(block: Buffer): FileHeader | null {
  for (const start of copies) {
    const header = parseCopy(block.subarray(start, start + copyBytes));
    if (header) return header;
  }
  return null;
}

function parseCopy(copy: Buffer): FileHeader | null {
  if (copy.length < copyBytes || copy.readUInt32LE(0) !== magic || copy.readUInt32LE(8) !== version) return null;
  if (identityCrc(copy) !== copy.readUInt32LE(4)) return null;
  const count = copy.readUInt32LE(24);
  const end = fixedBytes + count * endBytes;
  if (end > copyBytes) return null;
  const hasNoList = count === 0 && copy.readUInt32LE(20) === 0;
  if (!hasNoList && listCrc(copy, end) !== copy.readUInt32LE(20)) return null;
  const doubtfulEnds = new Map<number, number>();
  for (let at = fixedBytes; at < end; at += endBytes) {
    doubtfulEnds.set(copy.readUInt32LE(at), copy.readUInt32LE(at + 4) * blockBytes);
  }
  return { identity: { generation: copy.readUInt32LE(12), seed: seedOf(copy) }, doubtfulEnds };
}

function identityCrc(copy: Buffer): number {
  return crc32(copy.subarray(8, identityBytes));
}

function listCrc(copy: Buffer, end: number): number {
  return crc32(copy.subarray(24, end), copy.readUInt32LE(4));
}

function seedOf(copy: Buffer): number {
  return crc32(copy.subarray(12, identityBytes), magic);
}
