import type { Scored } from './contract.ts';
import type { Entry } from './dictionary.ts';
import { functionWords } from './function-words.ts';
import { roomIndexLimits } from './limits.ts';
import { bestOf } from './scan.ts';
import type { Segment } from './segment.ts';
import { wordsOf } from './words.ts';

/** BM25's constants: how soon repetition stops to count, and how much a passage's length does. */
const saturation = 1.2;
const lengthShare = 0.6;
/** What a word counts that stands in any text: hardly anything, so that a question's `what` and `should` find nothing by themselves. */
const functionWordShare = 0.2;
/** What the scores of the passages next to one, and next to these, add to its own: an answer goes on over several. */
const neighbourShares = [0.3, 0.1];
/** What a word counts that is one letter away from the one asked for, which the room hasn't. */
const nearShare = 0.6;
/** Of the words near a word, the most frequent ones are taken. */
const maxNear = 8;
const minNearLetters = 5;

/** A word of the question with the entries it is looked up by, one list for each segment. */
interface Term {
  entries: Entry[][];
  share: number;
  isContent: boolean;
}

/**
 * Ranks the passages of all segments by BM25 over the question's words, best first. Frequencies are those of the whole
 * room; words near one another count as rare as the most frequent of them, so that a slip of the pen is no rare word.
 * Beyond BM25, function words count for little, a passage with more of the question's other words for more, and what
 * stands next to it too: see `npm run bench -- retrieval`.
 */
export function rankWords(question: string, segments: readonly Segment[], k: number): Scored[] {
  const words = [...new Set(wordsOf(question))].slice(0, roomIndexLimits.maxQueryWords);
  const contentWords = words.filter((word) => !functionWords.has(word)).length;
  const passages = segments.reduce((sum, { footer }) => sum + footer.count, 0);
  const meanLength = segments.reduce((sum, { footer }) => sum + footer.words, 0) / passages;
  const scores = new Float64Array(passages);
  const found = new Uint8Array(passages);
  const lastTerm = new Uint8Array(passages);
  for (const [number, { entries, share, isContent }] of termsOf(words, segments).entries()) {
    const frequency = commonest(entries);
    const rarity = share * Math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5));
    let firstRow = 0;
    for (const [index, segment] of segments.entries()) {
      for (const entry of entries[index]!) {
        segment.postings(entry, (place, count) => {
          const row = firstRow + place;
          const length = 1 - lengthShare + (lengthShare * segment.wordsIn(place)) / meanLength;
          scores[row]! += (rarity * count * (saturation + 1)) / (count + saturation * length);
          // Words near the same word count once.
          if (isContent && lastTerm[row] !== number + 1) found[row]! += 1;
          lastTerm[row] = number + 1;
        });
      }
      firstRow += segment.footer.count;
    }
  }
  for (const [row, count] of found.entries()) scores[row]! *= 1 + count / Math.max(1, contentWords);
  return bestOf(withNeighbours(scores), k);
}

/** Rows lie as their passages do in a document or in the course of a meeting. What has no word of the question stays out. */
function withNeighbours(scores: Float64Array): Float64Array {
  return scores.map((own, row) => {
    if (own === 0) return -Infinity;
    let sum = own;
    for (const [index, share] of neighbourShares.entries()) {
      sum += share * ((scores[row - index - 1] ?? 0) + (scores[row + index + 1] ?? 0));
    }
    return sum;
  });
}

/**
 * The question's words as the room has them. Only a word that it hasn't stands for those near it: beside the word itself
 * they found worse passages, and made each search a walk through all words.
 */
function termsOf(words: readonly string[], segments: readonly Segment[]): Term[] {
  const dictionaries = segments.map((segment) => segment.dictionary());
  const terms: Term[] = [];
  const unknown: Buffer[] = [];
  for (const word of words) {
    const bytes = Buffer.from(word);
    const entries = dictionaries.map((dictionary) => [dictionary.find(bytes) ?? []].flat());
    if (entries.some(({ length }) => length > 0)) {
      const isContent = !functionWords.has(word);
      terms.push({ entries, share: isContent ? 1 : functionWordShare, isContent });
    } else if (Array.from(word).length >= minNearLetters) unknown.push(bytes);
  }
  const near = dictionaries.map((dictionary) => dictionary.near(unknown));
  for (const index of unknown.keys())
    terms.push({ entries: mostFrequent(near.map((lists) => lists[index]!)), share: nearShare, isContent: true });
  return terms;
}

/** Keeps the entries of the words that occur in most passages of all segments together. */
function mostFrequent(entries: readonly Entry[][]): Entry[][] {
  const words = [...frequencies(entries)].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const kept = new Set(words.slice(0, maxNear).map(([word]) => word));
  return entries.map((list) => list.filter(({ word }) => kept.has(keyOf(word))));
}

/** In how many passages the most frequent of the words occurs, over all segments. */
function commonest(entries: readonly Entry[][]): number {
  return Math.max(0, ...frequencies(entries).values());
}

function frequencies(entries: readonly Entry[][]): Map<string, number> {
  const byWord = new Map<string, number>();
  for (const { word, frequency } of entries.flat()) {
    byWord.set(keyOf(word), (byWord.get(keyOf(word)) ?? 0) + frequency);
  }
  return byWord;
}

function keyOf(word: Uint8Array): string {
  return Buffer.from(word).toString('latin1');
}
