import { wordsOf } from '../room-index/words.ts';
import { contentWords } from './content-words.ts';
import type { Source } from './sources.ts';

/**
 * Of a question's content words, more than a third must stand in one passage. Tuned on one half of the questions of
 * `npm run bench -- retrieval`; the other half is what it reports.
 */
const leastShare = 1 / 3;

/** Whether the sources are about what is asked at all: where they aren't, no model is asked to make something of them. */
export function isAbout(question: string, sources: readonly Source[]): boolean {
  const wanted = contentWords(question);
  return sources.some((source) => {
    const words = new Set(wordsOf(textOf(source)));
    const shared = [...wanted].filter((word) => words.has(word)).length;
    return shared > wanted.size * leastShare;
  });
}

/** Whether it has any word of what is asked. */
export function sharesAny(question: string, source: Source): boolean {
  const words = new Set(wordsOf(textOf(source)));
  return [...contentWords(question)].some((word) => words.has(word));
}

function textOf({ heading, lines, text }: Source): string {
  return [heading, ...new Set(lines.map(({ speaker }) => speaker ?? '')), text].join(' ');
}
