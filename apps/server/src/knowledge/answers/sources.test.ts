import { describe, expect, it } from 'vitest';
import { answerLimits } from './limits.ts';
import { isAbout } from './relevance.ts';
import { spread } from './retrieve.ts';
import { quoteFor } from './sources.ts';
import { documentSource } from './testing.ts';

describe('a quote', () => {
  it('is the sentence that shares most with the claim, as it stands', () => {
    const source = documentSource('Mr. Smith spoke. The notice period is three months, as agreed. Lunch was served.');
    expect(quoteFor('You have three months of notice.', source).text).toBe(
      'The notice period is three months, as agreed.',
    );
    expect(quoteFor('Mr. Smith said something.', source).text).toBe('Mr. Smith spoke.');
  });

  it('of what was said has its line', () => {
    const line = (id: string, text: string) => ({ id, speaker: 'Ana', startMs: 5, endMs: 9, text });
    const lines = [line('a', 'Good morning.'), line('b', 'The invoice is overdue. We pay on Monday.')];
    const source = { ...documentSource('Ana: Good morning.'), document: null, lines };
    expect(quoteFor('When do they pay?', source)).toMatchObject({ text: 'We pay on Monday.', line: { id: 'b' } });
  });

  it('that is too long is cut around what it is quoted for, between words', () => {
    const source = documentSource(`${'before '.repeat(200)}the penalty is ten percent ${'after '.repeat(200)}`);
    const { text } = quoteFor('The penalty is ten percent.', source);
    expect(text).toContain('the penalty is ten percent');
    expect(text.length).toBeLessThanOrEqual(answerLimits.maxQuoteLength);
    expect(source.text).toContain(text);
    expect(text).toMatch(/^before .* after$/);
  });
});

describe('a question', () => {
  const sources = [
    documentSource('Anschließend wird die Kündigungsfrist auf drei Monate verlängert.'),
    documentSource('The files are rotated when they have grown to 10 MB.', { heading: 'Log rotation' }),
  ];

  it.each([
    'When are files rotated?',
    'How does log rotation work?',
    'Wie lang ist die Kündigungsfrist?',
    'kundigungsfrist',
  ])('is answered from what has its words: %s', (question) => {
    expect(isAbout(question, sources)).toBe(true);
  });

  it.each([
    'What is the monthly rent of the office in Lisbon?',
    'Wie hoch ist die Miete für das Büro?',
    'What are they, and when will it have been there?',
  ])('is not answered from what only has words of any text: %s', (question) => {
    expect(isAbout(question, sources)).toBe(false);
  });
});

describe('hits of one meeting', () => {
  const hit = (source: string, row: number) => ({
    ...{ source, row, heading: '', page: 0, start: 0, end: 0, text: '' },
    ...{ score: 1, textRank: 1, vectorRank: null },
  });
  const order = (hits: [string, number][]) => spread(hits.map(([from, row]) => hit(from, row))).map(({ row }) => row);

  it('are of several places in what was said before they are of the same', () => {
    const said: [string, number][] = [10, 11, 12, 13, 40, 8].map((row) => ['transcript', row]);
    expect(order(said)).toEqual([10, 13, 40, 11, 12, 8]);
  });

  it('have scores in their order', () => {
    const hits = [10, 11, 40].map((row, index) => ({ ...hit('transcript', row), score: 3 - index }));
    expect(spread(hits).map(({ row, score }) => [row, score])).toEqual([
      [10, 3],
      [40, 1],
      [11, 1],
    ]);
  });

  it('keep their order where they are of documents', () => {
    const found: [string, number][] = [
      ['d1', 10],
      ['d1', 11],
      ['transcript', 12],
      ['d1', 9],
    ];
    expect(order(found)).toEqual([10, 11, 12, 9]);
  });
});
