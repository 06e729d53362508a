import { expect, it } from 'vitest';
import { createBackoff } from './backoff.ts';

it('doubles from 1 s to 30 s, with jitter, and begins anew after a success', () => {
  const latest = createBackoff({ random: () => 1 });
  expect(Array.from({ length: 7 }, () => latest.next())).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  const earliest = createBackoff({ random: () => 0 });
  expect([earliest.next(), earliest.next()]).toEqual([500, 1_000]);
  earliest.reset();
  expect(earliest.next()).toBe(500);
});

it('waits as long as the server asks for, and longer when that was not enough', () => {
  const backoff = createBackoff({ random: () => 0 });
  expect(backoff.next(40)).toBe(40);
  expect([backoff.next(40), backoff.next(40)]).toEqual([1_000, 2_000]);
  expect(backoff.next(60_000)).toBe(60_000);
});
