import type { FailedChunk, Ledger, Segment } from '@hansard/protocol';

export type Gap = Ledger['gaps'][number];

export type Row =
  | { kind: 'line'; key: string; startMs: number; segment: Segment; opensTurn: boolean }
  | { kind: 'gap'; key: string; startMs: number; gap: Gap }
  | { kind: 'failure'; key: string; startMs: number; failure: FailedChunk };

/** A speaker is named again after so long a silence, even if nobody else spoke. */
const newTurnAfterMs = 30_000;
/** Gaps shorter than this are in the ledger but not in the way of reading. */
const leastGapMs = 200;

/** By start, then by sequence: the order of a transcript. */
export function bySpeech(a: Segment, b: Segment): number {
  return a.startMs - b.startMs || a.seq - b.seq;
}

/** Lines, gaps and failed pieces in the order of time; `segments` must be in the order of `bySpeech`. */
export function toRows(
  segments: readonly Segment[],
  gaps: readonly Gap[] = [],
  failures: readonly FailedChunk[] = [],
): Row[] {
  const breaks: Row[] = [
    ...gaps.filter(({ startMs, endMs }) => endMs - startMs >= leastGapMs).map(gapRow),
    ...failures.map(failureRow),
  ].sort((a, b) => a.startMs - b.startMs);
  const rows: Row[] = [];
  let next = 0;
  let previous: Segment | undefined;
  for (const segment of segments) {
    if (segment.deleted || segment.text === '') continue;
    for (; next < breaks.length && breaks[next]!.startMs <= segment.startMs; next += 1) {
      rows.push(breaks[next]!);
      previous = undefined;
    }
    rows.push({
      kind: 'line',
      key: segment.id,
      startMs: segment.startMs,
      segment,
      opensTurn: opensTurn(previous, segment),
    });
    previous = segment;
  }
  return [...rows, ...breaks.slice(next)];
}

function opensTurn(previous: Segment | undefined, { speaker, startMs }: Segment): boolean {
  return !previous || previous.speaker !== speaker || startMs - previous.endMs > newTurnAfterMs;
}

function gapRow(gap: Gap): Row {
  return { kind: 'gap', key: `gap-${gap.trackId}-${gap.startMs}`, startMs: gap.startMs, gap };
}

function failureRow(failure: FailedChunk): Row {
  return { kind: 'failure', key: `failure-${failure.id}`, startMs: failure.startMs, failure };
}

/** The line being said at a time: the last that began at or before it, unless it ended long ago. -1 where there is none. */
export function lineAt(rows: readonly Row[], timeMs: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]!.startMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  for (let index = low - 1; index >= 0; index -= 1) {
    const row = rows[index]!;
    if (row.kind === 'line') return timeMs <= row.segment.endMs + lingersMs ? index : -1;
  }
  return -1;
}

/** A line stays lit this long after its end, so that the light does not flicker between two. */
const lingersMs = 1_500;
