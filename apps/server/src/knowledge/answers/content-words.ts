import { functionWords } from '../room-index/function-words.ts';
import { wordsOf } from '../room-index/words.ts';

/**
 * The words of a text that say what it is about, as the index has them: without those that stand in any text of the
 * language, and without those by which people ask.
 */
export function contentWords(text: string): Set<string> {
  return new Set(wordsOf(text).filter((word) => !functionWords.has(word)));
}

/** The same, each with the word as it was written, for an index that has other stems. */
export function contentTerms(text: string): { word: string; stem: string }[] {
  const content = contentWords(text);
  const terms = new Map<string, string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []) {
    const [stem] = wordsOf(word);
    if (stem !== undefined && content.has(stem) && !terms.has(stem)) terms.set(stem, word);
  }
  return [...terms].map(([stem, word]) => ({ word, stem }));
}
