import { createByteReader, damaged } from './bytes.ts';
import type { Passage } from './contract.ts';
import { openDictionary, type Dictionary, type Entry } from './dictionary.ts';
import { checkSum, layoutOf, readFooter, type Footer } from './footer.ts';
import { readPostings } from './postings.ts';
import type { Codes } from './scan.ts';
import { decodePassages, readDirectory, type Block } from './text-blocks.ts';

/** Passages packed into one ArrayBuffer, never changed. */
export interface Segment {
  readonly packed: Uint8Array;
  readonly footer: Footer;
  /** Null in a room without vectors. */
  codes(): Codes | null;
  dictionary(): Dictionary;
  postings(entry: Entry, visit: (row: number, count: number) => void): void;
  /** Words in a passage. */
  wordsIn(row: number): number;
  passages(rows: readonly number[]): Passage[];
  blocks(): Block[];
}

/** Opens packed bytes that were checked as far as their footer tells; `packed` must be aligned to 4 bytes. */
export function openSegment(packed: Uint8Array): Segment {
  const footer = readFooter(packed);
  if (footer.packedBytes !== packed.length) throw damaged('it has another length than it says');
  checkSum(packed);
  const at = layoutOf(footer);
  const { count, bits } = footer;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const blocks = () => readDirectory(packed, at.directory, at.text, at.footer, count);
  blocks();
  return {
    packed,
    footer,
    codes() {
      if (bits === 0) return null;
      const steps = new Float32Array(packed.buffer, packed.byteOffset + at.steps, count);
      return { bits, rowBytes: at.rowBytes, codes: packed.subarray(at.codes, at.dictionary), steps };
    },
    dictionary: () =>
      openDictionary(packed, { at: at.dictionary, end: at.postings }, { at: at.postings, end: at.directory }),
    postings: ({ postingsAt, postingsEnd }, visit) =>
      readPostings(createByteReader(packed, postingsAt, postingsEnd), count, visit),
    wordsIn: (row) => view.getUint16(at.lengths + row * 2, true),
    passages: (rows) => passagesAt(rows, blocks()),
    blocks,
  };
}

function passagesAt(rows: readonly number[], blocks: readonly Block[]): Passage[] {
  const byRow = new Map<number, Passage>();
  let first = 0;
  for (const block of blocks) {
    const end = first + block.passages;
    const places = rows.filter((row) => row >= first && row < end).map((row) => row - first);
    if (places.length > 0) {
      for (const [place, passage] of decodePassages(block, new Set(places))) byRow.set(first + place, passage);
    }
    first = end;
  }
  return rows.map((row) => byRow.get(row) ?? missing());
}

function missing(): never {
  throw damaged('a passage is missing');
}
