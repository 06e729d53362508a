import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSpan } from '@hansard/protocol';
import { createClaimReader } from './claims.ts';
import { documentSource } from './testing.ts';

const sources = [
  documentSource('The budget is four million. It was five million in spring.', { page: 4 }),
  documentSource('The launch is in May. Everything is ready. Nobody objected to May.'),
  documentSource('Ana leads the team.'),
];

function read(answer: string, pieceLength = answer.length || 1) {
  const reader = createClaimReader(sources);
  let shown = '';
  for (let at = 0; at < answer.length; at += pieceLength) shown += reader.push(answer.slice(at, at + pieceLength));
  shown += reader.end();
  return { shown, citations: reader.citations(), ...reader.counts() };
}

describe('a claim', () => {
  it('keeps the numbers of passages that were given, counted anew, with the words that are nearest to it', () => {
    const { shown, citations } = read('The launch is planned for May [2]. The budget is four million [1].');
    expect(shown).toBe('The launch is planned for May [1]. The budget is four million [2].');
    expect(citations.map(({ quote }) => quote)).toEqual(['The launch is in May.', 'The budget is four million.']);
    expect(citations[1]).toMatchObject({ meetingId: 'm1', meetingTitle: 'Weekly', documentId: 'd1', page: 4 });
    expect(citations[0]).not.toHaveProperty('page');
  });

  it('loses a number that isn’t there, and is marked', () => {
    const { shown, citations, claims, sourced } = read(
      'Ana leads it [3][9]. Bob owns it [12]. Cy knows it [0]. Di [[9]1].',
    );
    expect(shown).toBe('Ana leads it [1]. [?] Bob owns it. [?] Cy knows it. [?] Di [2]. [?]');
    expect(citations).toHaveLength(2);
    expect({ claims, sourced }).toEqual({ claims: 4, sourced: 2 });
  });

  it('is marked where it cites nothing', () => {
    expect(read('Ana leads it [3]. Everybody knows that. She is good.').shown).toBe(
      'Ana leads it [1]. Everybody knows that. [?] She is good. [?]',
    );
  });

  it.each([
    ['Ana leads it. [3] May it is. [2]', 'Ana leads it. [1] May it is. [2]'],
    ['Ana leads it [3], in May [2].', 'Ana leads it [1], in May [2].'],
    ['Ana leads it in May [2, 3].', 'Ana leads it in May [1][2].'],
    ['Ana leads it in May [2-3].', 'Ana leads it in May [1][2].'],
    ['Ana leads it in May【3†spec】.', 'Ana leads it in May [1].'],
    ['Ana leads it in May [passage 3].', 'Ana leads it in May [1].'],
    ['Ana leads it in May[3].', 'Ana leads it in May [1].'],
    ['Dr. Ana leads it, e.g. in May [3].', 'Dr. Ana leads it, e.g. in May [1].'],
    ['1. Ana leads it [3].\n2. It is May [2].', '1. Ana leads it [1].\n2. It is May [2].'],
    ['Use `argv[2]` for Ana [3].', 'Use `argv[2]` for Ana [1].'],
    ['Use `go. Now[2]` for Ana [3].', 'Use `go. Now[2]` for Ana [1].'],
    ['It is ` in May [2].\nAna` leads it [3].', 'It is ` in May [1].\nAna` leads it [2].'],
    ['Ana leads it [3].\n\nMay it is [2].\n', 'Ana leads it [1].\n\nMay it is [2].\n'],
  ])('is read in the forms that models write: %s', (written, shown) => {
    expect(read(written).shown).toBe(shown);
  });

  it('that cites the same words again has the same number', () => {
    const { shown, citations } = read('Ana leads the team [3]. The team is led by Ana [3].');
    expect(shown).toBe('Ana leads the team [1]. The team is led by Ana [1].');
    expect(citations).toHaveLength(1);
  });
});

describe('an answer in pieces', () => {
  const answer =
    'The launch is in May [2]. [1] It costs four million.[1] Dr. Ana leads it [3, 7]. Nobody knows more. `a[1]` is code [2].\n- So it is [4]';

  it('reads as it does in one', () => {
    const whole = read(answer);
    for (let length = 1; length < 30; length += 1) expect(read(answer, length)).toEqual(whole);
  });

  it('shows a claim as soon as the next begins', () => {
    const reader = createClaimReader(sources);
    expect(reader.push('Ana leads it [3')).toBe('');
    expect(reader.push(']. ')).toBe('');
    expect(reader.push('It is')).toBe('Ana leads it [1]. ');
  });

  it('never cites what was not given, whatever is written in whatever pieces', () => {
    const words = fc.constantFrom(
      '[1]',
      '[2]',
      '[3]',
      '[4]',
      '[0]',
      '[',
      ']',
      '【2】',
      ' ',
      '. ',
      '`',
      '\n',
      'Ana',
      'May',
      '1',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (parts, length) => {
        const answer = parts.join('');
        const { shown, citations } = read(answer, length);
        expect(read(answer)).toMatchObject({ shown, citations });
        const outsideCode = shown.replaceAll(codeSpan, '``');
        for (const [, number] of outsideCode.matchAll(/\[(\d+)\]/g))
          expect(citations[Number(number) - 1]).toBeDefined();
        for (const { quote } of citations) expect(sources.some(({ text }) => text.includes(quote))).toBe(true);
      }),
    );
  });
});
