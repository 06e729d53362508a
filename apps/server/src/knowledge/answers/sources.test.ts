import { describe, expect, it } from 'vitest';
import { answerLimits } from './limits.ts';
import { isAbout } from './relevance.ts';
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
