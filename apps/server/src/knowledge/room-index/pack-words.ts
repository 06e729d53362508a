import { createByteWriter } from './bytes.ts';
import { createDictionaryWriter, type Entry } from './dictionary.ts';
import { writePostings, type Postings } from './postings.ts';
import type { Segment } from './segment.ts';

export interface PackedWords {
  dictionary: Uint8Array;
  postings: Uint8Array;
}

export function packWords(occurrences: Map<string, Postings>): PackedWords {
  const writer = createDictionaryWriter();
  const bytes = createByteWriter();
  const sorted = [...occurrences].map(([word, postings]) => ({ word: Buffer.from(word), postings }));
  for (const { word, postings } of sorted.sort((a, b) => Buffer.compare(a.word, b.word))) {
    bytes.clear();
    writePostings(bytes, postings);
    writer.add(word, postings.rows.length, bytes.bytes());
  }
  return writer.finish();
}

/** The words of both, with the rows of `b` behind those of `a`; postings of words that only `a` has are taken as they are. */
export function mergeWords(a: Segment, b: Segment): PackedWords {
  const writer = createDictionaryWriter();
  const bytes = createByteWriter();
  const [left, right] = [a.dictionary().entries(), b.dictionary().entries()];
  let [x, y] = [nextOf(left), nextOf(right)];
  while (x || y) {
    const order = x && y ? Buffer.compare(x.word, y.word) : x ? -1 : 1;
    const [inA, inB] = [order <= 0 ? x : null, order >= 0 ? y : null];
    if (inA && !inB) {
      writer.add(inA.word, inA.frequency, a.packed.subarray(inA.postingsAt, inA.postingsEnd));
    } else {
      bytes.clear();
      const postings = joined(a, inA, b, inB);
      writePostings(bytes, postings);
      writer.add((inA ?? inB)!.word, postings.rows.length, bytes.bytes());
    }
    if (inA) x = nextOf(left);
    if (inB) y = nextOf(right);
  }
  return writer.finish();
}

/** The words of the rows that stay, which are counted anew; a word that occurs in none of them is left out. */
export function filterWords(segment: Segment, stays: readonly boolean[]): PackedWords {
  const writer = createDictionaryWriter();
  const bytes = createByteWriter();
  let next = 0;
  const newRows = stays.map((stay) => (stay ? next++ : -1));
  for (const entry of segment.dictionary().entries()) {
    const postings: Postings = { rows: [], counts: [] };
    segment.postings(entry, (row, count) => {
      if (newRows[row] === -1) return;
      postings.rows.push(newRows[row]!);
      postings.counts.push(count);
    });
    if (postings.rows.length === 0) continue;
    bytes.clear();
    writePostings(bytes, postings);
    writer.add(entry.word, postings.rows.length, bytes.bytes());
  }
  return writer.finish();
}

function joined(a: Segment, inA: Entry | null, b: Segment, inB: Entry | null): Postings {
  const postings: Postings = { rows: [], counts: [] };
  const add = (offset: number) => (row: number, count: number) => {
    postings.rows.push(row + offset);
    postings.counts.push(count);
  };
  if (inA) a.postings(inA, add(0));
  if (inB) b.postings(inB, add(a.footer.count));
  return postings;
}

function nextOf(entries: Generator<Entry>): Entry | null {
  const { value, done } = entries.next();
  return done ? null : value;
}
