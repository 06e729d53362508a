import { meetingLimits } from '../limits.ts';

/** A word of a search, folded as the full-text index folds it. */
export interface SearchWord {
  text: string;
  /** Longer words that begin so match too. */
  isPrefix: boolean;
}

/** What the index's tokenizer (`unicode61`) takes for a word. */
const wordPattern = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu;
/** One letter alone begins too many words. */
const minPrefixLength = 2;

/** The words of what was typed; the last one may still be incomplete. */
export function searchWords(query: string): SearchWord[] {
  const words = (query.match(wordPattern) ?? []).slice(0, meetingLimits.maxQueryWords).map(fold);
  const lastTyped = words.at(-1);
  const distinct = [...new Set(words)];
  return distinct.map((text) => ({ text, isPrefix: text === lastTyped && text.length >= minPrefixLength }));
}

/** The word as an FTS5 expression. */
export function matchExpression({ text, isPrefix }: SearchWord): string {
  return isPrefix ? `"${text}"*` : `"${text}"`;
}

/** Where the words stand in a text: [start, end) pairs, in order. */
export function findMarks(text: string, words: readonly SearchWord[]): [number, number][] {
  const marks: [number, number][] = [];
  for (const match of text.matchAll(wordPattern)) {
    const folded = fold(match[0]);
    const isHit = words.some((word) => (word.isPrefix ? folded.startsWith(word.text) : folded === word.text));
    if (isHit) marks.push([match.index, match.index + match[0].length]);
  }
  return marks;
}

function fold(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
