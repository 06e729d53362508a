import { describe, expect, it } from 'vitest';
import { countWords, lead, textRank } from './baselines.ts';
import { rouge } from './rouge.ts';

describe('ROUGE', () => {
  it('is one for the same words and nothing for others', () => {
    expect(rouge('They chose rubber.', 'They chose rubber.')).toEqual({ rouge1: 1, rougeL: 1 });
    expect(rouge('They chose rubber.', 'Nobody came')).toEqual({ rouge1: 0, rougeL: 0 });
    expect(rouge('', 'Nobody came')).toEqual({ rouge1: 0, rougeL: 0 });
  });

  it('counts stems, and for ROUGE-L their order', () => {
    // Three of four and three of three words: P = 3/4, R = 1; in order two: P = 2/4, R = 2/3.
    const { rouge1, rougeL } = rouge('batteries charged a remote', 'remote battery charges');
    expect(rouge1).toBeCloseTo(6 / 7);
    expect(rougeL).toBeCloseTo(4 / 7);
  });
});

describe('baselines', () => {
  const sentences = ['Hello there .', 'The red car and the blue car meet .', 'A red car is a car .', 'Bye now .'];

  it('are cut to the number of words', () => {
    expect(lead(sentences, 5)).toBe('Hello there . The red car');
    expect(countWords(textRank(sentences, 6))).toBe(6);
  });

  it('rank what shares most words with the others', () => {
    expect(textRank(sentences, 6)).toContain('red car');
  });
});
