import { describe, expect, it } from 'vitest';
import type { FailedChunk, Segment } from '@hansard/protocol';
import { bySpeech, lineAt, toRows, type Gap } from './rows.ts';

function line(startMs: number, change: Partial<Segment> = {}): Segment {
  const seq = change.seq ?? startMs + 1;
  const id = `s${startMs}-${seq}`;
  return {
    id,
    seq,
    meetingId: 'm',
    trackId: 't',
    speaker: 'A',
    startMs,
    endMs: startMs + 900,
    text: 'x',
    final: true,
    ...change,
  };
}
const gap = (startMs: number, endMs: number): Gap => ({ startMs, endMs, reason: 'not-received', trackId: 't' });
const failure = (startMs: number): FailedChunk => ({
  id: `f${startMs}`,
  trackId: 't',
  startMs,
  endMs: startMs + 10,
  message: '',
});
const shapes = (rows: ReturnType<typeof toRows>) => rows.map(({ kind, startMs }) => `${kind} ${startMs}`);

describe('toRows', () => {
  it('puts gaps and failed pieces where they belong, also before the first and after the last line', () => {
    const rows = toRows([line(1000), line(5000)], [gap(0, 900), gap(3000, 4000), gap(9000, 9900)], [failure(2500)]);
    expect(shapes(rows)).toEqual(['gap 0', 'line 1000', 'failure 2500', 'gap 3000', 'line 5000', 'gap 9000']);
  });
  it('leaves out tombstones, empty lines, and gaps too short to matter', () => {
    const rows = toRows([line(0, { deleted: true, text: '' }), line(1000, { text: '' }), line(2000)], [gap(100, 200)]);
    expect(shapes(rows)).toEqual(['line 2000']);
  });
  it('names the speaker where a turn begins: a new voice, a long silence, or after a break', () => {
    const rows = toRows(
      [
        line(0),
        line(1000),
        line(2000, { speaker: 'B' }),
        line(60_000, { speaker: 'B' }),
        line(62_000, { speaker: 'B' }),
      ],
      [gap(61_000, 61_900)],
    );
    expect(rows.map((row) => row.kind === 'line' && row.opensTurn)).toEqual([true, false, true, true, false, true]);
  });
  it('gives every row a key of its own', () => {
    const rows = toRows([line(0), line(0, { seq: 9 })], [gap(0, 500), { ...gap(0, 500), trackId: 'u' }], [failure(0)]);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(5);
  });
});

it('orders lines by start, then by revision', () => {
  const lines = [line(2000), line(1000, { seq: 8 }), line(1000, { seq: 3 })];
  expect(lines.toSorted(bySpeech).map(({ startMs, seq }) => [startMs, seq])).toEqual([
    [1000, 3],
    [1000, 8],
    [2000, 2001],
  ]);
});

describe('lineAt', () => {
  const rows = toRows([line(1000), line(5000)], [gap(3500, 4000)]);
  it.each([
    [0, -1, 'before the first line'],
    [1000, 0, 'at its start'],
    [3400, 0, 'shortly after its end'],
    [3600, -1, 'in a gap long after the line'],
    [5500, 2, 'in the next line'],
    [60_000, -1, 'long after all'],
  ])('at %i ms finds row %i: %s', (timeMs, index) => expect(lineAt(rows, timeMs)).toBe(index));
});
