import { Demuxer, initialDemuxerState } from '@hansard/server/media';
import { OpusDecoder } from 'opus-decoder';

export interface Pause {
  startMs: number;
  endMs: number;
}

const frameMs = 20;
const frameSamples = 48 * frameMs;
/** Speech is what rises this far above the floor towards the loudest, in decibels. */
const speechShare = 0.35;
/** Below the loudest by this much nothing is speech, however low the floor. */
const maxRangeDb = 45;
/** A hole in speech shorter than this is a stop consonant; a burst shorter than that is a click. */
const leastPauseMs = 100;
const leastSpeechMs = 40;

/** Decodes a whole WebM/Opus track. */
export async function decode(webm: Uint8Array): Promise<Float32Array> {
  const demuxer = new Demuxer(initialDemuxerState('audio/webm;codecs=opus'), { keepPayloads: true });
  const packets = [...demuxer.push(webm, 0), ...demuxer.finish()];
  const { channels, preSkip } = demuxer.head!;
  const decoder = new OpusDecoder({ channels, preSkip });
  await decoder.ready;
  const { channelData } = decoder.decodeFrames(packets.map(({ payload }) => payload));
  decoder.free();
  return channelData[0]!;
}

/** Pauses by the sound itself: frames of 20 ms whose level is near the quietest tenth of the recording. */
export function findPauses(pcm: Float32Array): Pause[] {
  const levels = levelsDb(pcm);
  const sorted = levels.toSorted();
  const loudest = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  const floor = Math.max(loudest - maxRangeDb, sorted[Math.floor(sorted.length * 0.05)] ?? 0);
  const threshold = floor + speechShare * (loudest - floor);
  const speaks = Array.from(levels, (level) => level > threshold);
  flipRuns(speaks, true, leastSpeechMs / frameMs);
  flipRuns(speaks, false, leastPauseMs / frameMs);
  return runsOf(speaks, false).map(([from, to]) => ({ startMs: from * frameMs, endMs: to * frameMs }));
}

function levelsDb(pcm: Float32Array): Float64Array {
  const levels = new Float64Array(Math.floor(pcm.length / frameSamples));
  for (let frame = 0; frame < levels.length; frame += 1) {
    let power = 0;
    for (let at = frame * frameSamples; at < (frame + 1) * frameSamples; at += 1) power += pcm[at]! ** 2;
    levels[frame] = 10 * Math.log10(power / frameSamples + 1e-12);
  }
  return levels;
}

function flipRuns(values: boolean[], value: boolean, shorterThan: number): void {
  for (const [from, to] of runsOf(values, value)) if (to - from < shorterThan) values.fill(!value, from, to);
}

/** [from, to) of each run of `value`. */
function runsOf(values: readonly boolean[], value: boolean): [number, number][] {
  const runs: [number, number][] = [];
  for (const [at, is] of values.entries()) {
    const last = runs.at(-1);
    if (is !== value) continue;
    if (last?.[1] === at) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}
