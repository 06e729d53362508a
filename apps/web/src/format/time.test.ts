import { describe, expect, it } from 'vitest';
import { clock, duration, isoDuration, when } from './time.ts';

describe('clock', () => {
  it.each([
    [0, '0:00'],
    [7_999, '0:07'],
    [751_000, '12:31'],
    [3_723_000, '1:02:03'],
    [360_000_000, '100:00:00'],
    [-5, '0:00'],
  ])('shows %i ms as %s', (ms, shown) => expect(clock(ms)).toBe(shown));
});

describe('duration', () => {
  it.each([
    [0, '1 s'],
    [42_400, '42 s'],
    [59_999, '60 s'],
    [60_000, '1 min'],
    [3_599_000, '1 h'],
    [3_900_000, '1 h 5 min'],
  ])('shows %i ms as %s', (ms, shown) => expect(duration(ms)).toBe(shown));

  it('has a form for machines', () => expect(isoDuration(61_400)).toBe('PT61S'));
});

describe('when', () => {
  const now = new Date(2026, 2, 4, 10, 0).getTime();
  const at = (...date: [number, number, number, number, number]) => when(new Date(...date).getTime(), now, 'en-GB');

  it('names today and yesterday by the calendar, not by 24 hours', () => {
    expect(at(2026, 2, 4, 0, 1)).toBe('Today, 00:01');
    expect(at(2026, 2, 3, 23, 59)).toBe('Yesterday, 23:59');
  });
  it('names the year only where it is another', () => {
    expect(at(2026, 1, 3, 9, 5)).toBe('Tue 3 Feb, 09:05');
    expect(at(2025, 1, 3, 9, 5)).toBe('Mon, 3 Feb 2025, 09:05');
  });
});
