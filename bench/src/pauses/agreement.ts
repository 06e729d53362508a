import { TrackReader, type CutChunk } from '@hansard/server/media';
import { percentile } from '../report.ts';
import type { Pause } from './decoded-pauses.ts';

/** The decoder's frames are 20 ms, the cutter's slots 60: an edge may lie this far from where the other puts it. */
const toleranceMs = 30;
/** A cut is made one slot after the place that is cut. */
const slotMs = 60;
/** A pause that ought to end a chunk of any age: what the cutter asks for at most, and a little for its edges. */
const longPauseMs = 700;

export interface Agreement {
  cuts: number;
  /** Share of cuts that fall in a pause of the decoded sound. */
  precision: number;
  /** The same of cuts at fixed times, as many: what chance gives. */
  chance: number;
  /** Pauses of 700 ms and more, and the share of them in which a cut was made. */
  longPauses: number;
  recall: number;
  /** From the end of speech to the moment at which its chunk was there, in these pauses: what text waits for. */
  closedAfterMs: number;
  longestMs: number;
}

export function compareCuts(webm: Uint8Array, pauses: readonly Pause[]): Agreement {
  const chunks = cut(webm);
  const endMs = chunks.at(-1)!.endMs;
  const cuts = chunks.slice(1).map(({ startMs }) => startMs);
  const fixed = cuts.map((_, index) => ((index + 1) * endMs) / (cuts.length + 1));
  const closedAfter = ({ startMs, endMs: end }: Pause) =>
    cuts.filter((atMs) => atMs >= startMs && atMs <= end).map((atMs) => atMs + slotMs - startMs);
  const long = pauses.filter(
    ({ startMs, endMs: end }) => end - startMs >= longPauseMs && startMs > 0 && end < endMs - 100,
  );
  return {
    cuts: cuts.length,
    precision: share(cuts, (atMs) => isIn(atMs, pauses)),
    chance: share(fixed, (atMs) => isIn(atMs, pauses)),
    longPauses: long.length,
    recall: share(long, (pause) => cuts.some((atMs) => isIn(atMs, [pause]))),
    closedAfterMs: Math.round(percentile(long.flatMap(closedAfter), 0.95)),
    longestMs: Math.max(...chunks.map(({ startMs, endMs: end }) => end - startMs)),
  };
}

function cut(webm: Uint8Array): CutChunk[] {
  const reader = new TrackReader({ mimeType: 'audio/webm;codecs=opus' });
  return [...reader.push(webm, 0), ...reader.finish()];
}

function isIn(atMs: number, pauses: readonly Pause[]): boolean {
  return pauses.some(({ startMs, endMs }) => atMs >= startMs - toleranceMs && atMs <= endMs + toleranceMs);
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return Math.round((1000 * items.filter(holds).length) / Math.max(1, items.length)) / 1000;
}
