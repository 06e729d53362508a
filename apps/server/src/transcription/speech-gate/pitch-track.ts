/** One look at the sound, every 10 ms. */
export interface PitchFrame {
  /** Of the strongest period between 70 and 400 Hz. */
  hertz: number;
  /** How alike neighbouring periods are: 0 for noise, 1 for a perfect tone. */
  periodicity: number;
  /** Logarithm of the frequency (in radians a sample) about which its power lies. It moves with the vowels. */
  centre: number;
}

export const framesPerSecond = 100;

const rate = 4000;
const decimation = 4;
const hop = rate / framesPerSecond;
const minLag = 10;
const maxLag = 57;
/** Compared stretch: two periods of the lowest voice and more. */
const windowSamples = 128;
/** Of neighbouring samples: keeps the logarithm of the centre finite. */
const maxLikeness = 0.999;
const nothing: PitchFrame = { hertz: 0, periodicity: 0, centre: 0 };
/** −80 dB: what is quieter is nobody's voice. */
const minPower = 1e-8;
const frameSamples = windowSamples + maxLag + 1;

/** Follows the pitch of mono sound at 16 kHz. A normalised cross-correlation below 1.6 kHz, where noise hides a voice least. */
export function trackPitch(samples: Float32Array): PitchFrame[] {
  const low = lowBand(samples);
  const frames: PitchFrame[] = [];
  const alike = new Float64Array(maxLag + 2);
  for (let at = 0; at + frameSamples <= low.length; at += hop) frames.push(frameAt(low, at, alike));
  return frames;
}

function frameAt(low: Float32Array, at: number, alike: Float64Array): PitchFrame {
  let power = 0;
  for (let index = at; index < at + windowSamples; index += 1) power += low[index]! ** 2;
  if (power < minPower * windowSamples) return nothing;
  let neighbours = 0;
  for (let index = at; index < at + windowSamples; index += 1) neighbours += low[index]! * low[index + 1]!;
  const centre = Math.log(Math.acos(Math.max(-maxLikeness, Math.min(maxLikeness, neighbours / power))));
  let lagPower = 0;
  for (let index = at + minLag - 1; index < at + minLag - 1 + windowSamples; index += 1) lagPower += low[index]! ** 2;
  for (let lag = minLag - 1; lag <= maxLag + 1; lag += 1) {
    let product = 0;
    for (let index = at; index < at + windowSamples; index += 1) product += low[index]! * low[index + lag]!;
    alike[lag] = product / Math.sqrt(power * lagPower + 1e-12);
    lagPower += low[at + lag + windowSamples]! ** 2 - low[at + lag]! ** 2;
  }
  const lag = strongestLag(alike);
  if (lag === 0) return nothing;
  const [before, peak, after] = [alike[lag - 1]!, alike[lag]!, alike[lag + 1]!];
  const shift = (before - after) / (2 * (before - 2 * peak + after));
  return { hertz: rate / (lag + shift), periodicity: peak, centre };
}

/** The shortest lag whose peak comes near the highest: a multiple of the period is as alike as the period itself. */
function strongestLag(alike: Float64Array): number {
  let highest = 0;
  for (let lag = minLag; lag <= maxLag; lag += 1) if (isPeak(alike, lag)) highest = Math.max(highest, alike[lag]!);
  for (let lag = minLag; lag <= maxLag; lag += 1) if (isPeak(alike, lag) && alike[lag]! >= highest * 0.9) return lag;
  return 0;
}

function isPeak(alike: Float64Array, lag: number): boolean {
  return alike[lag]! > 0 && alike[lag]! >= alike[lag - 1]! && alike[lag]! > alike[lag + 1]!;
}

/** Down to 4 kHz, without what lies above 1.6 kHz and below 70 Hz. */
function lowBand(samples: Float32Array): Float32Array {
  const out = new Float32Array(Math.max(0, Math.floor((samples.length - lowPass.length) / decimation)));
  let dc = 0;
  for (let index = 0; index < out.length; index += 1) {
    const from = index * decimation;
    let sum = 0;
    for (let tap = 0; tap < lowPass.length; tap += 1) sum += lowPass[tap]! * samples[from + tap]!;
    dc += (sum - dc) * 0.1;
    out[index] = sum - dc;
  }
  return out;
}

const halfTaps = 24;
const lowPass = Float64Array.from({ length: 2 * halfTaps + 1 }, (_, tap) => {
  const x = tap - halfTaps;
  const cutoff = 1600 / 16_000;
  const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
  return sinc * (0.54 + 0.46 * Math.cos((Math.PI * x) / halfTaps));
});
