import type { Segment } from '@hansard/protocol';
import { expect, test } from 'vitest';
import { compareSegments } from './compare-segments.ts';

const segment = (startMs: number, endMs: number, text: string): Segment => ({
  id: text,
  seq: 1,
  meetingId: 'm',
  trackId: 't',
  speaker: null,
  startMs,
  endMs,
  text,
  final: true,
});
const whole = [segment(0, 9000, 'a'), segment(9000, 15_001, 'b'), segment(15_000, 29_994, 'c')];

test('lines that follow each other to the end are whole', () => {
  expect(compareSegments(whole, 30_000)).toEqual({ segments: 3, doubled: 0, uncoveredMs: 0 });
});

test('a line twice is seen, by its sound and by its time', () => {
  expect(compareSegments([...whole, segment(29_994, 35_000, 'b')], 35_000).doubled).toBe(1);
  expect(compareSegments([...whole, segment(9000, 15_000, 'd')], 30_000).doubled).toBe(1);
});

test('time without a line is seen, within and at the end', () => {
  expect(compareSegments([whole[0]!, whole[2]!], 30_000).uncoveredMs).toBe(6000);
  expect(compareSegments(whole.slice(0, 2), 30_000).uncoveredMs).toBe(14_999);
});
