import { expect, it } from 'vitest';
import { holdsAnswer, rankOf, scoreOf } from './judge.ts';

it.each([
  ['The size is 16 kB, or less.', 'size is 16kB', true],
  ['See the docs for more.', '[the docs](https://example.org/a) for more', true],
  ['and before that the header', 'the header is unbounded', false],
  ['and before that the header is unb', 'the header is unbounded', true],
  ['unbounded, though less is better', 'the header is unbounded', false],
  ['der is unbounded, though less is better', 'the header is unbounded', true],
  ['something else', 'the header is unbounded', false],
])('“%s” has “%s”: %s', (passage, answer, holds) => {
  expect(holdsAnswer(passage, answer)).toBe(holds);
});

it('ranks count from one, and beyond five or not at all they count less or nothing', () => {
  const passage = (text: string) => ({ documentName: null, startMs: 0, endMs: 0, text });
  expect(rankOf(['a', 'b', 'b'].map(passage), ({ text }) => text === 'b')).toBe(2);
  expect(rankOf([passage('a')], () => false)).toBe(Infinity);
  expect(scoreOf([1, 2, 10, Infinity])).toEqual({ questions: 4, hitAt5: 0.5, mrr: 0.4 });
});
