import { seededRandom } from '../kill/random.ts';
import { createVocabulary } from '../list/vocabulary.ts';

/** What people say: 150 words a minute, a line each 8 s. */
export interface Talk {
  readonly msPerLine: number;
  /** Other lines for each seed. */
  lines(count: number, wordsPerLine?: number): string[];
}

const wordsPerMinute = 150;
const msPerLine = 8000;
const spokenWords = Math.round((wordsPerMinute * msPerLine) / 60_000);

export function createTalk(seed: number): Talk {
  const { sentence } = createVocabulary(seededRandom(seed));
  return {
    msPerLine,
    lines: (count, wordsPerLine = spokenWords) => Array.from({ length: count }, () => `${sentence(wordsPerLine)}.`),
  };
}
