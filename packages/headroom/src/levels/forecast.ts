import { levels, type Level, type Sample, type SignalName } from '../contracts.ts';
import type { Thresholds } from './scaled-strength.ts';

/** When the next level would be reached if memory went on as in the last half minute. */
export interface Forecast {
  readonly level: Level;
  /** The signal that reaches it first. */
  readonly signal: SignalName;
  readonly inMs: number;
}

/** What is looked back at: several young collections, so that their saw-teeth are no slope. */
const windowMs = 30_000;
/** A rise that was over before this is none any more. */
const recentMs = 5000;
/** Fewer samples than this, or a shorter time, are no slope. */
const leastSamples = 4;
const leastSpanMs = 1000;
/** What would take longer is flat. */
const horizonMs = 24 * 60 * 60_000;

/**
 * The time until the level after `level` at the present slope of each signal, the soonest of them; null where all fall or are flat,
 * where there is too little to tell, and at emergency, after which none comes. `samples` from old to new.
 */
export function forecast(samples: readonly Sample[], level: Level, thresholds: Thresholds): Forecast | null {
  const next = levels[levels.indexOf(level) + 1];
  const last = samples.at(-1);
  if (next === undefined || next === 'normal' || last === undefined) return null;
  const recent = samples.filter(({ atMs }) => atMs >= last.atMs - windowMs);
  let soonest: Forecast | null = null;
  for (const signal of Object.keys(last.signals) as SignalName[]) {
    const inMs = timeTo(thresholds[next], pointsOf(recent, signal));
    if (inMs !== null && (soonest === null || inMs < soonest.inMs)) soonest = { level: next, signal, inMs };
  }
  return soonest;
}

type Point = readonly [atMs: number, ratio: number];

function pointsOf(samples: readonly Sample[], signal: SignalName): Point[] {
  return samples.flatMap(({ atMs, signals }) => {
    const reading = signals[signal];
    return reading === undefined ? [] : [[atMs, reading.usedBytes / reading.limitBytes] as const];
  });
}

/** At the slope of the window or of its end, whichever is less, from where it is at the last of the points. */
function timeTo(threshold: number, points: readonly Point[]): number | null {
  const last = points.at(-1);
  if (last === undefined) return null;
  const [lastMs, lastRatio] = last;
  const whole = lineThrough(points);
  const recent = lineThrough(points.filter(([atMs]) => atMs >= lastMs - recentMs));
  if (whole === null || recent === null) return null;
  const slope = Math.min(whole.slope, recent.slope);
  if (!(slope > 0)) return null;
  const inMs = Math.max(0, (threshold - Math.max(lastRatio, recent.end)) / slope);
  return inMs <= horizonMs ? inMs : null;
}

/** The line of least squares: ratio a millisecond, and where it is at the last point; null where there is too little for one. */
function lineThrough(points: readonly Point[]): { slope: number; end: number } | null {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  if (points.length < leastSamples || last[0] - first[0] < leastSpanMs) return null;
  const meanMs = mean(points.map(([atMs]) => atMs));
  const meanRatio = mean(points.map(([, ratio]) => ratio));
  const slope =
    mean(points.map(([atMs, ratio]) => (atMs - meanMs) * (ratio - meanRatio))) /
    mean(points.map(([atMs]) => (atMs - meanMs) ** 2));
  return { slope, end: meanRatio + slope * (last[0] - meanMs) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
