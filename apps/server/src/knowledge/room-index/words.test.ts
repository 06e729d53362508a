import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

test.each([
  ['Deliveries delivered, delivering!', ['deliveri', 'deliv', 'deliv']],
  ['CAFÉ Café cafe', ['cafe', 'cafe', 'cafe']],
  ["don't don’t", ['dont', 'dont']],
  ['v2.0 x86-64', ['v2', '0', 'x86', '64']],
  ['Größe straße', ['große', 'straße']],
  ['会議の議事録', ['会議', '議の', 'の議', '議事', '事録']],
  ['語', ['語']],
  ['Совещание', ['совещание']],
  ['', []],
])('[I6] %j is indexed as its words', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test('[I6] no text makes a word longer than the dictionary takes, or fails', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(wordsOf(text).filter((word) => word === '' || Buffer.byteLength(word) > 255)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('[I6] letters that carry many marks are cut too', () => {
  expect(wordsOf(`漢${'\u3099'.repeat(500)}字 a${'\u20dd'.repeat(500)}`).every((word) => word.length <= 48)).toBe(true);
});
