/** Sounds to try a gate with, at 16 kHz and up to 1. Each call makes the same sound again. */
export type Sound = (sampleCount: number) => Float32Array;

export const soundRate = 16_000;

export function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export const silence: Sound = (count) => new Float32Array(count);

/** `level` is its RMS. */
export const whiteNoise =
  (level: number, seed = 1): Sound =>
  (count) => {
    const next = random(seed);
    return Float32Array.from({ length: count }, () => {
      const sum = next() + next() + next() + next() - 2;
      return sum * Math.sqrt(3) * level;
    });
  };

/** White noise through the usual six-pole approximation of −3 dB an octave. */
export const pinkNoise =
  (level: number, seed = 1): Sound =>
  (count) => {
    const poles = [0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616];
    const gains = [0.0555179, 0.0750759, 0.153852, 0.3104856, 0.5329522, -0.016898];
    const states = poles.map(() => 0);
    const white = whiteNoise(1, seed);
    const pink = white(count).map((sample) => {
      let sum = sample * 0.5362;
      for (const [index, pole] of poles.entries()) {
        const state = (states[index] ?? 0) * pole + sample * (gains[index] ?? 0);
        states[index] = state;
        sum += state;
      }
      return sum;
    });
    return scaledTo(pink, level);
  };

/** Mains hum with its harmonics, over a little hiss. */
export const hum =
  (level: number, hertz = 50): Sound =>
  (count) =>
    scaledTo(
      mixed(
        tone(count, () => ({ hertz, partials: [1, 0.6, 0.5, 0.2, 0.25, 0.1] })),
        whiteNoise(0.02, 7)(count),
      ),
      level,
    );

/** Held notes, a new one every two seconds, with overtones. */
export const heldTones: Sound = (count) =>
  scaledTo(
    tone(count, (second) => ({ hertz: scaleNote(Math.floor(second / 2) * 3), partials: [1, 0.5, 0.35, 0.2, 0.1] })),
    0.1,
  );

/** Triads that change every second. */
export const chords: Sound = (count) => {
  const voice = (step: number) =>
    tone(count, (second) => ({ hertz: scaleNote(Math.floor(second) * 2 + step), partials: [1, 0.4, 0.2, 0.1] }));
  return scaledTo(mixed(mixed(voice(0), voice(2)), voice(4)), 0.1);
};

/** Plucked notes, four a second, as quick as syllables. */
export const arpeggio: Sound = (count) =>
  scaledTo(
    tone(count, (second) => ({
      hertz: scaleNote(Math.floor(second * 4) % 9),
      partials: [1, 0.6, 0.4, 0.3, 0.2, 0.1],
      gain: Math.exp(-((second * 4) % 1) * 3),
    })),
    0.1,
  );

/** A melody with vibrato: its pitch moves, as a voice's does. */
export const vibrato: Sound = (count) =>
  scaledTo(
    tone(count, (second) => ({
      hertz: scaleNote(Math.floor(second * 1.5) % 7) * (1 + 0.01 * Math.sin(2 * Math.PI * 5.5 * second)),
      partials: [1, 0.7, 0.5, 0.4, 0.3, 0.2],
    })),
    0.1,
  );

/** Clicks of a keyboard: short bursts of noise at uneven times. */
export const typing: Sound = (count) => {
  const next = random(11);
  const hiss = whiteNoise(1, 12)(count);
  let gain = 0;
  return scaledTo(
    hiss.map((sample) => {
      if (next() < 5 / soundRate) gain = 0.5 + next();
      gain *= 0.995;
      return sample * gain;
    }),
    0.03,
  );
};

/** Speech over noise, the noise so many decibels below the speech. */
export function overNoise(speech: Float32Array, noise: Float32Array, decibels: number): Float32Array {
  const level = (rms(speech) / rms(noise)) * 10 ** (-decibels / 20);
  const mix = speech.map((sample, index) => sample + noise[index % noise.length]! * level);
  const peak = mix.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return peak > 0.99 ? mix.map((sample) => (sample * 0.99) / peak) : mix;
}

interface Note {
  hertz: number;
  partials: number[];
  gain?: number;
}

function tone(count: number, noteAt: (second: number) => Note): Float32Array {
  const out = new Float32Array(count);
  let phase = 0;
  let note = noteAt(0);
  for (let at = 0; at < count; at += 1) {
    if (at % 16 === 0) note = noteAt(at / soundRate);
    phase += (2 * Math.PI * note.hertz) / soundRate;
    let sum = 0;
    for (const [index, part] of note.partials.entries()) sum += part * Math.sin(phase * (index + 1));
    out[at] = sum * (note.gain ?? 1);
  }
  return out;
}

const majorScale = [0, 2, 4, 5, 7, 9, 11];

function scaleNote(step: number): number {
  const folded = step % 14;
  return 130.81 * 2 ** ((majorScale[folded % 7]! + 12 * Math.floor(folded / 7)) / 12);
}

const mixed = (one: Float32Array, other: Float32Array) => one.map((sample, index) => sample + other[index]!);

function scaledTo(samples: Float32Array, level: number): Float32Array {
  const factor = level / rms(samples);
  return samples.map((sample) => Math.max(-1, Math.min(1, sample * factor)));
}

export function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
