import { expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';

const shown = (...given: Parameters<typeof excerpt>) =>
  excerpt(...given)
    .map(({ piece, marked }) => (marked ? `[${piece}]` : piece))
    .join('');

it('marks what was found', () => expect(shown('keep the date', [[5, 8]])).toBe('keep [the] date'));
it('takes marks in any order, and overlapping ones', () =>
  expect(
    shown('abcdef', [
      [3, 5],
      [0, 2],
      [1, 4],
    ]),
  ).toBe('[ab][cd][e]f'));
it('shows a text without marks as it is', () => expect(shown('abc', [])).toBe('abc'));
it('begins shortly before the first mark, at a word', () => {
  const text = `${'word '.repeat(40)}needle end`;
  expect(shown(text, [[200, 206]])).toBe(`… ${'word '.repeat(11)}[needle] end`);
});
it('does not cut a word in two where there is no space', () => {
  const text = 'x'.repeat(300);
  expect(shown(text, [[200, 210]])).toBe(`… [${'x'.repeat(10)}]${'x'.repeat(90)}`);
});
