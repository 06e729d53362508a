import { expect, test } from 'vitest';
import { createRing } from './ring.ts';

test('[M3] A ring holds the last items, oldest first, whatever was dropped from it before', () => {
  const ring = createRing<number>(3);
  for (const item of [1, 2]) ring.push(item);
  expect(ring.items()).toEqual([1, 2]);
  ring.dropWhile((item) => item < 2);
  expect(ring.items()).toEqual([2]);
  for (const item of [3, 4, 5, 6]) ring.push(item);
  expect([ring.items(), ring.size]).toEqual([[4, 5, 6], 3]);
  ring.dropWhile(() => true);
  expect([ring.items(), ring.size]).toEqual([[], 0]);
  for (const item of [7, 8, 9, 10]) ring.push(item);
  expect(ring.items()).toEqual([8, 9, 10]);
});

test('[M3] Only what is oldest is dropped', () => {
  const ring = createRing<number>(4);
  for (const item of [1, 5, 2]) ring.push(item);
  ring.dropWhile((item) => item < 3);
  expect(ring.items()).toEqual([5, 2]);
});
