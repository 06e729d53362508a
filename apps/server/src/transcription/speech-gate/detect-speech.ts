import { framesPerSecond, trackPitch, type PitchFrame } from './pitch-track.ts';

const frameMs = 1000 / framesPerSecond;
/** What neighbouring periods of a voice have in common even 5 dB over noise; noise alone stays below it. */
const minPeriodicity = 0.5;
/** A voice glides; a larger step in 10 ms is another note. */
const maxStep = 0.06;
const minRunFrames = 8;
/** Movement is looked at over 50 ms. */
const span = 5;
const minPitchMove = 0.008;
const minCentreMove = 0.05;
const minMovingShare = 0.4;

/**
 * Milliseconds of voice in mono sound at 16 kHz. A voice is periodic, which noise is not, and while it is so both its pitch
 * and its spectrum move all the time, as the mouth does; a note keeps one or the other. Whispering has no pitch: it is not heard.
 */
export function voicedMs(samples: Float32Array): number {
  return steadyRuns(trackPitch(samples))
    .filter((run) => movingShare(run) >= minMovingShare)
    .reduce((total, run) => total + run.length * frameMs, 0);
}

/** Stretches that are periodic with a pitch that goes on from one frame to the next. */
function steadyRuns(frames: readonly PitchFrame[]): PitchFrame[][] {
  const runs: PitchFrame[][] = [];
  let run: PitchFrame[] = [];
  for (const frame of frames) {
    const before = run.at(-1);
    const periodic = frame.periodicity >= minPeriodicity;
    if (!periodic || (before && Math.abs(Math.log(frame.hertz / before.hertz)) > maxStep)) {
      if (run.length >= minRunFrames) runs.push(run);
      run = [];
    }
    if (periodic) run.push(frame);
  }
  if (run.length >= minRunFrames) runs.push(run);
  return runs;
}

/** Of the run's time, in which both pitch and spectrum move. Smoothed, so that noise is not taken for movement. */
function movingShare(run: readonly PitchFrame[]): number {
  const pitch = smoothed(smoothed(run.map(({ hertz }) => Math.log(hertz))));
  const centre = smoothed(smoothed(run.map((frame) => frame.centre)));
  const moves = (values: readonly number[], at: number, least: number) =>
    Math.abs(values[at]! - values[at - span]!) > least;
  let moving = 0;
  for (let at = span; at < run.length; at += 1) {
    if (moves(pitch, at, minPitchMove) && moves(centre, at, minCentreMove)) moving += 1;
  }
  return moving / (run.length - span);
}

function smoothed(values: readonly number[]): number[] {
  return values.map((value, at) => ((values[at - 1] ?? value) + value + (values[at + 1] ?? value)) / 3);
}
