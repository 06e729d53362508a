import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createByteReader, createByteWriter, damaged, readU32, u32s, type ByteReader } from './bytes.ts';
import type { Passage } from './contract.ts';
import { roomIndexLimits } from './limits.ts';

/** A block is closed when its passages have so many bytes: larger ones deflate better, smaller ones are read faster. */
const targetBytes = 32 * 1024;

/** Passages in order, deflated together. */
export interface Block {
  passages: number;
  rawBytes: number;
  deflated: Uint8Array;
}

export const directoryEntryBytes = 12;

const largestPassage =
  roomIndexLimits.maxTextBytes + roomIndexLimits.maxHeadingBytes + roomIndexLimits.maxSourceBytes + 64;

export function encodeBlocks(passages: readonly Passage[]): Block[] {
  const blocks: Block[] = [];
  const writer = createByteWriter();
  let count = 0;
  const close = () => {
    if (count > 0) blocks.push(deflated(count, writer.bytes()));
    writer.clear();
    count = 0;
  };
  for (const { source, heading, page, start, end, text } of passages) {
    for (const part of [source, heading, text]) {
      const bytes = Buffer.from(part);
      writer.varint(bytes.length);
      writer.put(bytes);
    }
    for (const number of [page, start, end - start]) writer.varint(number);
    count += 1;
    if (writer.length >= targetBytes) close();
  }
  close();
  return blocks;
}

/** The blocks of two segments behind each other; a last one that is not full is filled up. */
export function joinBlocks(a: readonly Block[], b: readonly Block[]): Block[] {
  const last = a.at(-1);
  if (!last || b.length === 0 || last.rawBytes >= targetBytes) return [...a, ...b];
  const passages = [last, ...b].flatMap((block) => decodeBlock(block));
  return [...a.slice(0, -1), ...encodeBlocks(passages)];
}

export function directoryOf(blocks: readonly Block[]): Uint8Array {
  return u32s(blocks.flatMap(({ passages, rawBytes, deflated }) => [passages, rawBytes, deflated.length]));
}

/** The blocks that a directory lists, whose bytes begin at `at`; together they must have `count` passages and end at `end`. */
export function readDirectory(bytes: Uint8Array, directoryAt: number, at: number, end: number, count: number): Block[] {
  const blocks: Block[] = [];
  let blockAt = at;
  for (let entry = directoryAt; entry < at; entry += directoryEntryBytes) {
    const length = readU32(bytes, entry + 8);
    const block = { passages: readU32(bytes, entry), rawBytes: readU32(bytes, entry + 4) };
    if (blockAt + length > end || block.rawBytes > targetBytes + largestPassage)
      throw damaged('a text block is cut off');
    blocks.push({ ...block, deflated: bytes.subarray(blockAt, blockAt + length) });
    blockAt += length;
  }
  const passages = blocks.reduce((sum, block) => sum + block.passages, 0);
  if (blockAt !== end || passages !== count) throw damaged('the text blocks do not fit the passages');
  return blocks;
}

export function decodeBlock(block: Block): Passage[] {
  const decoded: Passage[] = [];
  eachPassage(block, (reader) => decoded.push(readPassage(reader)));
  return decoded;
}

/** Those of a block's passages that are at these places in it. */
export function decodePassages(block: Block, places: ReadonlySet<number>): Map<number, Passage> {
  const decoded = new Map<number, Passage>();
  eachPassage(block, (reader, place) => {
    if (places.has(place)) decoded.set(place, readPassage(reader));
    else skipPassage(reader);
  });
  return decoded;
}

function eachPassage({ passages, rawBytes, deflated }: Block, read: (reader: ByteReader, place: number) => void): void {
  const raw = inflated(deflated, rawBytes);
  const reader = createByteReader(raw, 0, raw.length);
  for (let place = 0; place < passages; place++) read(reader, place);
  if (reader.at !== reader.end) throw damaged('a text block has something behind its end');
}

function skipPassage(reader: ByteReader): void {
  for (let string = 0; string < 3; string++) reader.skip(reader.varint());
  for (let number = 0; number < 3; number++) reader.varint();
}

function readPassage(reader: ByteReader): Passage {
  const [source, heading, text] = [stringOf(reader), stringOf(reader), stringOf(reader)];
  const [page, start] = [reader.varint(), reader.varint()];
  return { source, heading, page, start, end: start + reader.varint(), text };
}

function stringOf(reader: ByteReader): string {
  return Buffer.from(reader.take(reader.varint())).toString();
}

function deflated(passages: number, raw: Uint8Array): Block {
  return { passages, rawBytes: raw.length, deflated: deflateRawSync(raw, { level: 9 }) };
}

function inflated(deflated: Uint8Array, rawBytes: number): Uint8Array {
  try {
    const raw = inflateRawSync(deflated, { maxOutputLength: Math.max(1, rawBytes) });
    if (raw.length === rawBytes) return raw;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  throw damaged('a text block cannot be inflated');
}
