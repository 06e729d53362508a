import { execFileSync } from 'node:child_process';

const sampleRate = 8000;
/** Stretch of sound that is looked for in the other recording. */
const windowSeconds = 1;

/** Mono samples at 8 kHz of any file that ffmpeg reads. */
export function readSamples(file: string): Float32Array {
  const args = ['-nostdin', '-v', 'error', '-i', file, '-ac', '1', '-ar', String(sampleRate), '-f', 'f32le', '-'];
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 512 * 1024 * 1024 });
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

export interface Alignment {
  /** Where in `original` the window was taken. */
  atSeconds: number;
  /** How much later it is in `copy`. */
  shiftMs: number;
  /** 1 for the same sound, 0 for none in common. */
  likeness: number;
}

/**
 * Looks for windows of `original`, taken every `everySeconds` where there is sound, in `copy`. Nothing lost or added means
 * that all have the same shift. `searchSeconds` bounds how far each is looked for around the shift of the one before.
 */
export function align(
  original: Float32Array,
  copy: Float32Array,
  everySeconds: number,
  searchSeconds: number,
): Alignment[] {
  const width = windowSeconds * sampleRate;
  const found: Alignment[] = [];
  let expected = 0;
  for (let at = 0; at + width <= original.length; at += Math.round(everySeconds * sampleRate)) {
    const window = original.subarray(at, at + width);
    if (rootMeanSquare(window) < 0.01) continue;
    const reach = Math.round((found.length === 0 ? searchSeconds : Math.min(searchSeconds, 2)) * sampleRate);
    const best = bestMatch(window, copy, at + expected - reach, at + expected + reach);
    if (!best) continue;
    expected = best.at - at;
    found.push({ atSeconds: at / sampleRate, shiftMs: (expected * 1000) / sampleRate, likeness: best.likeness });
  }
  return found;
}

function bestMatch(window: Float32Array, copy: Float32Array, from: number, to: number) {
  let best: { at: number; likeness: number } | null = null;
  const start = Math.max(0, from);
  const end = Math.min(copy.length - window.length, to);
  // Coarse first: every 4th sample decides where to look closely.
  for (let at = start; at <= end; at += 2) {
    const likeness = correlation(window, copy, at, 8);
    if (!best || likeness > best.likeness) best = { at, likeness };
  }
  if (!best) return null;
  const near = best.at;
  best = { at: near, likeness: -1 };
  for (let at = Math.max(start, near - 8); at <= Math.min(end, near + 8); at += 1) {
    const likeness = correlation(window, copy, at, 1);
    if (likeness > best.likeness) best = { at, likeness };
  }
  return best;
}

function correlation(window: Float32Array, copy: Float32Array, at: number, step: number): number {
  let product = 0;
  let own = 0;
  let other = 0;
  for (let index = 0; index < window.length; index += step) {
    const a = window[index]!;
    const b = copy[at + index]!;
    product += a * b;
    own += a * a;
    other += b * b;
  }
  return own === 0 || other === 0 ? 0 : product / Math.sqrt(own * other);
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
