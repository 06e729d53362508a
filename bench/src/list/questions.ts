import { createRandom } from './random.ts';
import type { Prepared } from './prepare.ts';

/** What a person may ask of the list, by kind; each gives the query of one request. */
export function createQuestions({ words, people }: Prepared, cursors: readonly string[]) {
  const random = createRandom(2);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const frequent = words.slice(0, 20);
  const ordinary = words.slice(20, 2000);
  const rare = words.slice(2000);
  /** As typed so far: two letters or more. */
  const begun = (word: string) => word.slice(0, 2 + Math.floor(random() * Math.max(1, word.length - 2)));
  const state = () => pick(['live', 'processing', 'done', 'gaps']);
  const questions: Record<string, () => Record<string, string>> = {
    'first page': () => ({}),
    'large page': () => ({ limit: '200' }),
    'deep cursor': () => ({ cursor: pick(cursors) }),
    state: () => ({ state: state() }),
    'state, deep cursor': () => ({ state: state(), cursor: pick(cursors) }),
    'frequent word': () => ({ q: pick(frequent) }),
    'ordinary word': () => ({ q: pick(ordinary) }),
    'rare word': () => ({ q: pick(rare) }),
    'word half typed': () => ({ q: begun(pick(random() < 0.5 ? frequent : ordinary)) }),
    'two words': () => ({ q: `${pick(ordinary)} ${pick(ordinary)}` }),
    'two frequent words': () => ({ q: `${pick(frequent)} ${pick(frequent)}` }),
    'person and word half typed': () => ({ q: `${pick(people)} ${begun(pick(ordinary))}` }),
    day: () => ({ q: `${1 + Math.floor(random() * 28)} ${pick(['march', 'june', 'october'])} 2025` }),
    'word and state': () => ({ q: pick(ordinary), state: state() }),
    'frequent word and state': () => ({ q: pick(frequent), state: state() }),
    'frequent word, deep cursor': () => ({ q: pick(frequent), cursor: pick(cursors) }),
    'nothing found': () => ({ q: `${pick(rare)} ${pick(rare)}` }),
  };
  return questions;
}
