import { createByteReader, createByteWriter, damaged, readU32, u32s } from './bytes.ts';
import { isNear } from './near.ts';

const groupSize = 16;
/** No word is longer: see `words.ts`. */
const maxWordBytes = 255;

/** Where a word's postings lie. */
interface Place {
  /** Passages that it occurs in. */
  frequency: number;
  postingsAt: number;
  postingsEnd: number;
}

export interface Entry extends Place {
  word: Uint8Array;
}

export interface Dictionary {
  find(word: Uint8Array): Entry | null;
  /** Words one edit away from any of these, for each of them; one pass over the dictionary. */
  near(words: readonly Uint8Array[]): Entry[][];
  /** All words, in the order of their bytes. */
  entries(): Generator<Entry>;
}

interface Part {
  at: number;
  end: number;
}

/**
 * Sorted words in groups of 16. A group begins with the offset of its postings; each word gives how many bytes it shares
 * with the one before it (0 for the first), the rest, its frequency and the bytes of its postings. In front of all groups
 * stand their number and their offsets.
 */
export function openDictionary(bytes: Uint8Array, part: Part, postings: Part): Dictionary {
  if (part.end - part.at < 4) throw damaged('the dictionary is cut off');
  const groups = readU32(bytes, part.at);
  const bodyAt = part.at + 4 + groups * 4;
  if (bodyAt > part.end) throw damaged('the dictionary is cut off');
  const groupAt = (group: number) => bodyAt + readU32(bytes, part.at + 4 + group * 4);

  /** Calls `visit` for each word of the groups; the bytes it gets are valid until the next. */
  const walk = (from: number, to: number, visit: (word: Uint8Array, length: number, entry: Place) => void) => {
    const word = new Uint8Array(maxWordBytes);
    for (let group = from; group < to; group++) {
      const end = group + 1 < groups ? groupAt(group + 1) : part.end;
      const reader = createByteReader(bytes, groupAt(group), Math.min(end, part.end));
      let postingsAt = postings.at + reader.varint();
      let length = 0;
      while (reader.at < reader.end) {
        const shared = reader.u8();
        const rest = reader.u8();
        if (shared > length || shared + rest > maxWordBytes) throw damaged('a word is too long');
        length = shared + rest;
        const letters = reader.skip(rest);
        for (let index = 0; index < rest; index++) word[shared + index] = bytes[letters + index]!;
        const frequency = reader.varint();
        const postingsEnd = postingsAt + reader.varint();
        if (postingsEnd > postings.end) throw damaged('the postings are cut off');
        visit(word, length, { frequency, postingsAt, postingsEnd });
        postingsAt = postingsEnd;
      }
    }
  };

  const entriesOf = (group: number): Entry[] => {
    const entries: Entry[] = [];
    walk(group, group + 1, (word, length, place) => entries.push({ word: word.slice(0, length), ...place }));
    return entries;
  };

  const firstWordOf = (group: number): Uint8Array => {
    const reader = createByteReader(bytes, groupAt(group), part.end);
    reader.varint();
    reader.u8();
    return reader.take(reader.u8());
  };

  /** The last group whose first word is not behind this one. */
  const groupOf = (word: Uint8Array) => {
    let low = 0;
    for (let high = groups; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (Buffer.compare(firstWordOf(middle), word) <= 0) low = middle;
      else high = middle;
    }
    return low;
  };
  return {
    find(word) {
      if (groups === 0) return null;
      const group = groupOf(word);
      let found: Entry | null = null;
      walk(group, group + 1, (other, length, place) => {
        if (length === word.length && word.every((byte, index) => byte === other[index])) found = { word, ...place };
      });
      return found;
    },
    near(words) {
      const found: Entry[][] = words.map(() => []);
      if (words.length === 0) return found;
      walk(0, groups, (word, length, place) => {
        for (let index = 0; index < words.length; index++) {
          if (isNear(word, length, words[index]!)) found[index]!.push({ word: word.slice(0, length), ...place });
        }
      });
      return found;
    },
    *entries() {
      for (let group = 0; group < groups; group++) yield* entriesOf(group);
    },
  };
}

export interface DictionaryWriter {
  /** Words must come in the order of their bytes. */
  add(word: Uint8Array, frequency: number, postings: Uint8Array): void;
  finish(): { dictionary: Uint8Array; postings: Uint8Array };
}

export function createDictionaryWriter(): DictionaryWriter {
  const body = createByteWriter();
  const postings = createByteWriter();
  const groupOffsets: number[] = [];
  let last = new Uint8Array(0);
  let words = 0;
  return {
    add(word, frequency, postingsOfWord) {
      const first = words++ % groupSize === 0;
      if (first) {
        groupOffsets.push(body.length);
        body.varint(postings.length);
      }
      let shared = 0;
      if (!first) while (shared < last.length && last[shared] === word[shared]) shared += 1;
      body.u8(shared);
      body.u8(word.length - shared);
      body.put(word.subarray(shared));
      body.varint(frequency);
      body.varint(postingsOfWord.length);
      postings.put(postingsOfWord);
      last = word.slice();
    },
    finish: () => ({
      dictionary: Buffer.concat([u32s([groupOffsets.length, ...groupOffsets]), body.bytes()]),
      postings: postings.bytes().slice(),
    }),
  };
}
