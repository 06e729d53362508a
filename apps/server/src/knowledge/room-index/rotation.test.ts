import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRotation } from './rotation.ts';
import { randomOf, vectorOf } from './testing.ts';

test('a rotation keeps lengths and angles, in any number of dimensions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1600 }), fc.nat({ max: 2 ** 32 - 1 }), (dims, seed) => {
      const random = randomOf(seed);
      const [a, b] = [vectorOf(random, dims), vectorOf(random, dims)];
      const rotation = createRotation(dims, seed);
      const [x, y] = [new Float64Array(rotation.paddedDims), new Float64Array(rotation.paddedDims)];
      rotation.rotate(a, x);
      rotation.rotate(b, y);
      expect(dot(x, x)).toBeCloseTo(dot(a, a), 6);
      expect(dot(x, y)).toBeCloseTo(dot(a, b), 6);
    }),
    { numRuns: 40 },
  );
});

test('it spreads what lies in one number over all of them', () => {
  const rotation = createRotation(768, 7);
  const into = new Float64Array(768);
  rotation.rotate(
    Float32Array.from({ length: 768 }, (_, index) => Number(index === 5)),
    into,
  );
  expect(Math.max(...into.map(Math.abs))).toBeLessThan(0.25);
});

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from({ length: a.length }, (_, index) => a[index]! * b[index]!).reduce((sum, value) => sum + value, 0);
}
