import { expect, it } from 'vitest';
import { rowsWith, splitAt } from './find.ts';
import { toRows } from './rows.ts';

const line = (id: string, text: string) => ({
  id,
  seq: 1,
  meetingId: 'm',
  trackId: null,
  speaker: null,
  startMs: 0,
  endMs: 1,
  text,
  final: true,
});

it('cuts a text at every occurrence, whatever its case', () => {
  const pieces = splitAt('Cable, cable and CABLEs', 'cable');
  expect(pieces.map(({ piece, found }) => (found ? `[${piece}]` : piece)).join('')).toBe(
    '[Cable], [cable] and [CABLE]s',
  );
});
it('leaves a text whole whose length changes with its case', () => {
  expect(splitAt('İstanbul', 'i')).toEqual([{ at: 0, piece: 'İstanbul', found: false }]);
});
it('finds the rows that hold what is looked for, and none for nothing', () => {
  const rows = toRows([line('a', 'one cable'), line('b', 'two'), line('c', 'A CABLE')]);
  expect(rowsWith(rows, ' cable ')).toEqual([0, 2]);
  expect(rowsWith(rows, ' ')).toEqual([]);
});
