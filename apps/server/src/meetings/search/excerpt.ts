import { findMarks, type SearchWord } from './words.ts';

interface Excerpt {
  text: string;
  marks: [number, number][];
}

/** Share of the excerpt that stands before the first mark. */
const leadShare = 0.25;

/** The part of a line in which the words stand, cut at spaces where it is too long, with the marks moved along. */
export function makeExcerpt(text: string, words: readonly SearchWord[], maxLength: number): Excerpt {
  const marks = findMarks(text, words);
  if (text.length <= maxLength) return { text, marks };
  const wanted = Math.max(0, (marks[0]?.[0] ?? 0) - Math.floor(maxLength * leadShare));
  const start = wanted === 0 ? 0 : afterSpace(text, Math.min(wanted, text.length - maxLength));
  const end = start + maxLength >= text.length ? text.length : beforeSpace(text, start + maxLength);
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  const shift = before.length - start;
  return {
    text: before + text.slice(start, end) + after,
    marks: marks
      .filter(([from, to]) => from >= start && to <= end)
      .map(([from, to]): [number, number] => [from + shift, to + shift]),
  };
}

/** How far a cut is moved to find a space, before it is made within a word. */
const maxMove = 30;

function afterSpace(text: string, index: number): number {
  const space = text.indexOf(' ', index);
  return space === -1 || space - index > maxMove ? whole(text, index) : space + 1;
}

function beforeSpace(text: string, index: number): number {
  const space = text.lastIndexOf(' ', index);
  return index - space > maxMove ? whole(text, index) : space;
}

/** Not between the two halves of one character. */
function whole(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index + 1 : index;
}
