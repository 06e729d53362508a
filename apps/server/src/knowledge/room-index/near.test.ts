import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNear } from './near.ts';

/** The definition, tried out: every letter left out of one gives the other, or every letter replaced. */
function isOneEdit(a: string, b: string): boolean {
  const [x, y] = [Array.from(a), Array.from(b)];
  if (x.length === y.length) return x.filter((letter, index) => letter !== y[index]).length === 1;
  const [shorter, longer] = x.length < y.length ? [x, y] : [y, x];
  return longer.some((_, out) => longer.filter((_, index) => index !== out).join('') === shorter.join(''));
}

test('[I7] two words are near if one edit of a letter makes them the same', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', 'é', 'è', 'щ', 'ы', '漢', '𝒶'),
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(word, word, fc.nat({ max: 4 }), (a, b, slack) => {
      const bytes = Buffer.concat([Buffer.from(a), Buffer.alloc(slack, 0x61)]);
      expect(isNear(bytes, bytes.length - slack, Buffer.from(b))).toBe(isOneEdit(a, b));
    }),
    { numRuns: 5000 },
  );
});
