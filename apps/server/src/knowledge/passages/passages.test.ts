import { Buffer } from 'node:buffer';
import {
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  oneof,
  option,
  property,
  record,
  string,
  stringMatching,
  tuple,
} from 'fast-check';
import { expect, test } from 'vitest';
import { choosePassages, createPassageCutter, passageLimits } from './index.ts';

const word = stringMatching(/^[a-zäéö]{1,12}$/);
const sentence = tuple(array(word, { minLength: 1, maxLength: 30 }), constantFrom('.', '?', '!', '')).map(
  ([words, end]) => words.join(' ') + end,
);
const paragraph = oneof(
  { weight: 8, arbitrary: array(sentence, { minLength: 1, maxLength: 12 }).map((all) => all.join(' ')) },
  { weight: 1, arbitrary: string({ unit: 'binary', maxLength: 3000 }) },
);
const block = record({
  level: option(integer({ min: 1, max: 4 }), { freq: 4 }),
  text: paragraph,
  newPage: boolean(),
});
const options = { numRuns: 300 };

function cut(blocks: readonly { level: number | null; text: string; newPage: boolean }[]) {
  const cutter = createPassageCutter();
  let page = 1;
  for (const { level, text, newPage } of blocks) {
    if (newPage) page += 1;
    if (level === null) cutter.paragraph(text, page);
    else cutter.heading(level, text.slice(0, 40), page);
  }
  return { passages: cutter.finish(), length: cutter.length, lastPage: page };
}

test('passages are in order, within their bounds, and none is empty or overlaps another', () => {
  assert(
    property(array(block, { maxLength: 30 }), (blocks) => {
      const { passages, length, lastPage } = cut(blocks);
      let end = 0;
      for (const passage of passages) {
        expect(passage.start).toBeGreaterThanOrEqual(end);
        expect(passage.end - passage.start).toBe(passage.text.length);
        expect(passage.text).toBe(passage.text.trim());
        expect(passage.text).not.toBe('');
        expect(passage.text.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(passage.text)).toBeLessThanOrEqual(
          passageLimits.maxBytes + passageLimits.maxRestBytes,
        );
        expect(passage.page).toBeLessThanOrEqual(lastPage);
        end = passage.end;
      }
      expect(end).toBeLessThanOrEqual(length);
    }),
    options,
  );
});

test('every word of every paragraph is in a passage', () => {
  assert(
    property(array(block, { maxLength: 30 }), (blocks) => {
      const letters = (text: string) => text.toWellFormed().replaceAll(/[^\p{L}\p{N}]/gu, '');
      const marked = blocks.map(({ level, text, newPage }) => {
        const unmarked = text.replaceAll('§', ' ');
        return { level, newPage, text: level === null ? unmarked : `§${unmarked}` };
      });
      const written = marked.filter(({ level }) => level === null).map(({ text }) => letters(text));
      // A heading that nothing follows is a passage by itself.
      const said = cut(marked).passages.filter(({ text }) => !text.startsWith('§'));
      expect(said.map(({ text }) => letters(text)).join('')).toBe(written.join(''));
    }),
    options,
  );
});

test('none goes over a heading, and one goes over a page only to finish its sentence', () => {
  const cutter = createPassageCutter();
  cutter.heading(1, 'Pumps', 1);
  cutter.paragraph('Both are checked.', 1);
  cutter.paragraph('The second one is', 1);
  cutter.paragraph('new. It is signed for.', 2);
  cutter.heading(2, 'Keys', 2);
  cutter.paragraph('Two of them.', 2);
  cutter.paragraph('Both are here.', 3);
  cutter.heading(1, 'Slides', 4);
  for (const page of [4, 5, 6]) cutter.paragraph(`line of page ${page}`, page);
  cutter.heading(1, 'Rest', 6);
  expect(cutter.finish().map(({ page, heading, text }) => [page, heading, text])).toEqual([
    [1, 'Pumps', 'Both are checked.\nThe second one is\nnew.'],
    [2, 'Pumps', 'It is signed for.'],
    [2, 'Pumps › Keys', 'Two of them.'],
    [3, 'Pumps › Keys', 'Both are here.'],
    [4, 'Slides', 'line of page 4\nline of page 5'],
    [6, 'Slides', 'line of page 6'],
    [6, 'Rest', 'Rest'],
  ]);
});

test('prose is cut at the ends of sentences', () => {
  const cutter = createPassageCutter();
  const prose = Array.from(
    { length: 400 },
    (_, index) => `Sentence number ${index} says that the pump of watch ${index % 7} was\nchecked, e.g. by two.`,
  );
  cutter.paragraph(prose.join(' '), 0);
  const passages = cutter.finish();
  expect(passages.length).toBeGreaterThan(50);
  expect(passages.filter(({ text }) => !text.endsWith('.'))).toEqual([]);
  expect(passages.slice(0, -1).every(({ text }) => text.length > 350)).toBe(true);
});

const sections = array(integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 80 });

function passagesOf(sizes: readonly number[]) {
  return sizes.flatMap((size, section) =>
    Array.from({ length: size }, (_, index) => ({
      page: section + 1,
      heading: `Section ${section}`,
      start: section * 1_000_000 + index * 500,
      end: section * 1_000_000 + index * 500 + 400,
      text: `passage ${index} of topic${section}`,
    })),
  );
}

test('a choice is no larger than it may be, in order, and has every section where there is room', () => {
  assert(
    property(sections, integer({ min: 1, max: 300 }), (sizes, max) => {
      const all = passagesOf(sizes);
      const chosen = choosePassages(all, max);
      expect(chosen).toHaveLength(Math.min(max, all.length));
      expect(chosen.every((passage, index) => index === 0 || passage.start > chosen[index - 1]!.start)).toBe(true);
      const headings = new Set(chosen.map(({ heading }) => heading));
      expect(headings.size).toBe(Math.min(sizes.length, max));
    }),
    options,
  );
});

test('a choice has at least the sections that the first so many have, and is spread evenly over a document of one', () => {
  assert(
    property(sections, integer({ min: 1, max: 300 }), (sizes, max) => {
      const all = passagesOf(sizes);
      const count = (passages: typeof all) => new Set(passages.map(({ heading }) => heading)).size;
      expect(count(choosePassages(all, max))).toBeGreaterThanOrEqual(count(all.slice(0, max)));
    }),
    options,
  );
  const chosen = choosePassages(passagesOf([5000]), 500);
  const gaps = chosen.slice(1).map(({ start }, index) => (start - chosen[index]!.start) / 500);
  expect(Math.max(...gaps)).toBeLessThan(20);
});
