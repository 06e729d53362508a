import type { Track } from '@hansard/protocol';

/** A recording on the meeting's time line. */
export interface Stretch {
  trackId: string;
  startMs: number;
  endMs: number;
}

/** The parts of a meeting that can be heard, in order of their start. */
export function stretchesOf(tracks: readonly Track[]): Stretch[] {
  return tracks
    .filter(({ kind, durableMs }) => kind !== 'captions' && durableMs > 0)
    .map(({ id, offsetMs, durableMs }) => ({ trackId: id, startMs: offsetMs, endMs: offsetMs + durableMs }))
    .sort((a, b) => a.startMs - b.startMs);
}

/** What sounds at a time: a meeting recorded by microphone and tab has two at once. */
export function soundingAt(stretches: readonly Stretch[], timeMs: number): Stretch[] {
  return stretches.filter(({ startMs, endMs }) => startMs <= timeMs && timeMs < endMs);
}

/** Where sound begins again after a time at which there is none; null after the last. */
export function nextStart(stretches: readonly Stretch[], timeMs: number): number | null {
  return stretches.find(({ startMs }) => startMs > timeMs)?.startMs ?? null;
}

export function endOf(stretches: readonly Stretch[]): number {
  return Math.max(0, ...stretches.map(({ endMs }) => endMs));
}
