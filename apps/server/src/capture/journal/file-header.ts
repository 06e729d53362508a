import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { blockBytes, type FileIdentity } from './record.ts';

/*
 * The first block of a file, little-endian: 0 u32 magic, 4 u32 CRC-32 of bytes 8 to 19, 8 u32 version, 12 u32 generation,
 * 16 u32 salt; the same again in the middle of the block, so that one bad sector costs nothing.
 */
const magic = 0x48_4c_4a_48;
const version = 1;
const headerBytes = 20;
const copies = [0, blockBytes / 2];

/** The header of a file that is begun anew. The salt keeps bytes of a recording from passing for records. */
export function newFileHeader(generation: number): { block: Buffer; identity: FileIdentity } {
  const block = Buffer.alloc(blockBytes);
  const salt = randomInt(2 ** 32);
  for (const at of copies) {
    block.writeUInt32LE(magic, at);
    block.writeUInt32LE(version, at + 8);
    block.writeUInt32LE(generation, at + 12);
    block.writeUInt32LE(salt, at + 16);
    block.writeUInt32LE(crc32(block.subarray(at + 8, at + headerBytes)), at + 4);
  }
  return { block, identity: { generation, seed: seedOf(block, 0) } };
}

/** Null where a file was never begun, or its beginning was cut off by a crash: it then holds nothing. */
export function parseFileHeader(block: Buffer): FileIdentity | null {
  for (const at of copies) {
    if (block.length < at + headerBytes || block.readUInt32LE(at) !== magic) continue;
    if (crc32(block.subarray(at + 8, at + headerBytes)) !== block.readUInt32LE(at + 4)) continue;
    if (block.readUInt32LE(at + 8) !== version) continue;
    return { generation: block.readUInt32LE(at + 12), seed: seedOf(block, at) };
  }
  return null;
}

function seedOf(block: Buffer, at: number): number {
  return crc32(block.subarray(at + 12, at + headerBytes), magic);
}
