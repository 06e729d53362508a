import { describe, expect, it } from 'vitest';
import { when } from '../format/time.ts';
import { atTime, percent, precise, whenShort } from './words.ts';

/** Figures and units stand together by a space that doesn't break. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('a time to read off', () => {
  it.each([
    [0, '0 ms'],
    [259.4, '259 ms'],
    [999.6, '1 s'],
    [6240, '6.2 s'],
    [9960, '10 s'],
    [48_400, '48 s'],
    [59_700, '1 min'],
    [125_000, '2 min 5 s'],
    [3_600_000, '60 min'],
  ])('shows %d ms as %s', (ms, shown) => expect(plain(precise(ms))).toBe(shown));
});

it('rounds a share to whole percent, and keeps what is above 1', () => {
  expect([0, 0.004, 0.857, 1.02].map((ratio) => plain(percent(ratio)))).toEqual(['0 %', '0 %', '86 %', '102 %']);
});

it('gives the time of today to the second, and an earlier one with its day', () => {
  const noon = new Date(2026, 2, 4, 12).getTime();
  expect(whenShort(noon - 5000, noon)).toBe(atTime(noon - 5000));
  expect(whenShort(noon - 13 * 3_600_000, noon)).toBe(when(noon - 13 * 3_600_000, noon));
});
