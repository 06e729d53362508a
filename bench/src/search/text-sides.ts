import type { RoomIndex } from '@hansard/server/room-index';
import MiniSearch from 'minisearch';
import { k } from '../recall/measure.ts';
import type { Side } from './interleave.ts';

/** The best passages by their words, with their text; and by words and vectors together. */
export function textSides(
  passages: readonly string[],
  questions: readonly string[],
  vectors: readonly Float32Array[],
  room: RoomIndex,
): Side[] {
  const miniSearch = new MiniSearch<{ id: number; text: string }>({ fields: ['text'], storeFields: ['text'] });
  miniSearch.addAll(passages.map((text, id) => ({ id, text })));
  const textOf = (question: number) => questions[question % questions.length]!;
  const vectorOf = (question: number) => vectors[question % vectors.length]!;
  return [
    { name: 'hansard words', ask: (question) => room.search({ text: textOf(question), vector: null, k }) },
    {
      name: 'hansard words + vectors',
      ask: (question) => room.search({ text: textOf(question), vector: vectorOf(question), k }),
    },
    { name: 'MiniSearch', ask: (question) => miniSearch.search(textOf(question)).slice(0, k) },
    {
      name: 'MiniSearch, fuzzy 0.2',
      ask: (question) => miniSearch.search(textOf(question), { fuzzy: 0.2 }).slice(0, k),
    },
  ];
}
