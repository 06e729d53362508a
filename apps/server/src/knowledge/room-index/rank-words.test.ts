import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSegment } from './build-segment.ts';
import { rankWords } from './rank-words.ts';
import { wordsOf } from './words.ts';

const shape = { dims: 0, bits: 0, seed: 1, lineage: 1 } as const;

function segmentOf(texts: readonly (string | [heading: string, text: string])[]) {
  const passages = texts.map((entry) => {
    const [heading, text] = typeof entry === 'string' ? ['', entry] : entry;
    return { source: 'a', heading, page: 0, start: 0, end: 0, text, vector: null };
  });
  return buildSegment(passages, shape, null).segment;
}

function rowsOf(question: string, texts: Parameters<typeof segmentOf>[0]): number[] {
  return rankWords(question, [segmentOf(texts)], 10).map(({ row }) => row);
}

/** The formula, over texts that are not packed: BM25, then the share of content words found, then the neighbours. */
function expectedScores(question: string, texts: readonly string[]): Map<number, number> {
  const documents = texts.map(wordsOf);
  const mean = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
  const asked = new Set(wordsOf(question));
  const content = [...asked].filter((word) => word !== 'the' && word !== 'of');
  const own = documents.map(
    (words) => (content.filter((word) => words.includes(word)).length / content.length || 0) + 1,
  );
  const scores = documents.map(() => 0);
  for (const word of asked) {
    const having = documents.filter((words) => words.includes(word)).length;
    const share = content.includes(word) ? 1 : 0.2;
    const rarity = share * Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
    for (const [row, words] of documents.entries()) {
      const count = words.filter((other) => other === word).length;
      if (count === 0) continue;
      const score = (rarity * count * 2.2) / (count + 1.2 * (0.4 + (0.6 * words.length) / mean));
      scores[row]! += score * own[row]!;
    }
  }
  const at = (row: number) => scores[row] ?? 0;
  const beside = (row: number, far: number) => at(row - far) + at(row + far);
  return new Map(
    scores.flatMap((score, row) =>
      score === 0 ? [] : [[row, score + 0.3 * beside(row, 1) + 0.1 * beside(row, 2)] as const],
    ),
  );
}

test('[I5] scores are those of the formula over the whole room, however it is cut into segments', () => {
  // Of fewer than five letters, so that none stands for another.
  const word = fc.constantFrom('cat', 'dog', 'cow', 'hen', 'pig', 'ram', 'the', 'of', 'ox');
  const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 60 }), text, fc.nat(), (texts, question, cut) => {
      const at = cut % (texts.length + 1);
      const parts = [texts.slice(0, at), texts.slice(at)].filter((part) => part.length > 0);
      const ranked = rankWords(question, parts.map(segmentOf), 100);
      const expected = expectedScores(question, texts);
      expect(ranked.map(({ row }) => row).sort((a, b) => a - b)).toEqual([...expected.keys()].sort((a, b) => a - b));
      for (const { row, score } of ranked) expect(score).toBeCloseTo(expected.get(row)!, 9);
    }),
    { numRuns: 200 },
  );
});

test('[I6] headings count as the passage’s own words; case, accents and endings don’t count', () => {
  const texts = [['Battery life', 'It lasts for a week.'], 'Nothing.', 'The CAFÉS were closing'] as Parameters<
    typeof segmentOf
  >[0];
  expect(rowsOf('batteries', texts)).toEqual([0]);
  expect(rowsOf('cafe closed', texts)).toEqual([2]);
});

test('[I7] a word that the room does not have stands for those one letter away', () => {
  const texts = ['the schedule of the archive', 'a quorum is seven', 'quorums and quorate'];
  expect(rowsOf('schedul', texts)).toEqual([0]);
  expect(rowsOf('skedule', texts)).toEqual([]);
  expect(rowsOf('quorun', texts)).toEqual([2, 1]);
  expect(rowsOf('sevem', texts)).toEqual([1]);
  expect(rowsOf('sven', texts)).toEqual([]);
});

test('[I7] a word that the room has stands for itself alone', () => {
  expect(rowsOf('quorum', ['quorum', 'quorun'])).toEqual([0]);
  expect(
    rankWords('quorum', [segmentOf(['nothing']), segmentOf(['quorun', 'quorum'])], 5).map(({ row }) => row),
  ).toEqual([2]);
});

test('[I7] a near word counts 0.6 of what it is worth itself', () => {
  const segment = segmentOf(['quorum of seven', 'nothing here']);
  const [[exact], [near]] = [rankWords('quorum', [segment], 1), rankWords('quorim', [segment], 1)];
  expect(near!.score / exact!.score).toBeCloseTo(0.6, 9);
});

test('[I7] of many near words the eight most frequent are taken', () => {
  const letters = 'abcdefghijkl';
  const texts = Array.from(letters, (letter, index) => Array.from({ length: index + 1 }, () => `zzzz${letter}`)).flat();
  const rows = rankWords('zzzzq', [segmentOf(texts.slice(0, 40)), segmentOf(texts.slice(40))], 100);
  expect(new Set(rows.map(({ row }) => texts[row]))).toEqual(
    new Set(Array.from('efghijkl', (letter) => `zzzz${letter}`)),
  );
});
