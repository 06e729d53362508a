import { crc32 } from 'node:zlib';
import { createByteReader, damaged, readU32, u32s } from './bytes.ts';
import type { Bits, RoomShape } from './contract.ts';
import { roomIndexLimits } from './limits.ts';
import { rowBytesOf } from './quantise.ts';
import { padded } from './rotation.ts';
import { directoryEntryBytes } from './text-blocks.ts';

export const footerBytes = 64;
const magic = 0x58495248; // "HRIX"
const version = 1;

/** The last 64 bytes of a packed segment: sixteen whole numbers of 32 bits. */
export interface Footer extends RoomShape {
  packedBytes: number;
  /** Passages. */
  count: number;
  /** What the rotation is made from. */
  seed: number;
  /** Drawn when a room is made and kept when it grows: files with the same have the same passages in the same rows. */
  lineage: number;
  /** Words of all passages, repeated ones included. */
  words: number;
  dictionaryBytes: number;
  postingsBytes: number;
  blocks: number;
  textBytes: number;
}

/** Where each part begins in the packed bytes; each ends where the next begins. */
export interface Layout {
  steps: number;
  lengths: number;
  codes: number;
  dictionary: number;
  postings: number;
  directory: number;
  text: number;
  footer: number;
  rowBytes: number;
}

export function layoutOf(footer: Omit<Footer, 'packedBytes'>): Layout {
  const { count, dims, bits, dictionaryBytes, postingsBytes, blocks, textBytes } = footer;
  const rowBytes = rowBytesOf(padded(dims), bits);
  const lengths = bits === 0 ? 0 : count * 4;
  const codes = lengths + count * 2;
  const dictionary = codes + count * rowBytes;
  const postings = dictionary + dictionaryBytes;
  const directory = postings + postingsBytes;
  const text = directory + blocks * directoryEntryBytes;
  return { steps: 0, lengths, codes, dictionary, postings, directory, text, footer: text + textBytes, rowBytes };
}

/** Puts the footer into the last 64 bytes of `packed`, with the checksum of all other bytes of it. */
export function writeFooter(packed: Uint8Array, footer: Footer): void {
  const fields = u32s([
    footer.packedBytes,
    footer.count,
    footer.dims,
    footer.bits,
    footer.seed,
    footer.lineage,
    footer.words,
    footer.dictionaryBytes,
    footer.postingsBytes,
    footer.blocks,
    footer.textBytes,
    0,
    0,
  ]);
  const at = packed.length - footerBytes;
  packed.set(fields, at);
  packed.set(u32s([crc32(packed.subarray(0, at + fields.length)), version, magic]), at + fields.length);
}

/** The footer of a packed segment whose last bytes these are. Its numbers fit to each other; the checksum is not looked at. */
export function readFooter(tail: Uint8Array): Footer {
  const at = tail.length - footerBytes;
  if (at < 0) throw damaged('it is too short');
  const numbers = Array.from({ length: 16 }, (_, index) => readU32(tail, at + index * 4));
  if (numbers[15] !== magic) throw damaged('it does not end as an index does');
  if (numbers[14] !== version) throw damaged(`it has version ${numbers[14]}, this server reads ${version}`);
  const [packedBytes = 0, count = 0, dims = 0, bits = 0, seed = 0, lineage = 0, words = 0] = numbers;
  const [dictionaryBytes = 0, postingsBytes = 0, blocks = 0, textBytes = 0] = numbers.slice(7);
  const sizes = { dictionaryBytes, postingsBytes, blocks, textBytes };
  const footer = { packedBytes, count, dims, bits: bits as Bits, seed, lineage, words, ...sizes };
  const known = bits === 0 ? dims === 0 : (bits === 4 || bits === 8) && dims > 0;
  const { maxPassages, maxDims, maxPackedBytes } = roomIndexLimits;
  if (!known || count > maxPassages || dims > maxDims || packedBytes > maxPackedBytes || blocks > count) {
    throw damaged('its shape is not one that is written');
  }
  if (layoutOf(footer).footer + footerBytes !== packedBytes) throw damaged('its parts do not add up');
  return footer;
}

export function checkSum(packed: Uint8Array): void {
  const at = packed.length - 12;
  createByteReader(packed, at, packed.length);
  if (crc32(packed.subarray(0, at)) !== readU32(packed, at)) throw damaged('its checksum is wrong');
}
