import { rate, readPcm } from './ffmpeg.ts';

/** `tuning` is what the cutter's thresholds were chosen on; `held-out` was made afterwards, and says how well they do. */
export const speechSets = {
  tuning: {
    seed: 11,
    noiseSeed: 5,
    sentences: [
      'The harbour office opens at seven, so please bring the tide tables and both sets of keys.',
      'We decided to move the review to Thursday, because the second pump has not arrived yet.',
      'Who will write to the supplier before the end of the week?',
      'I can do that.',
      'The northern gate still leaks when the wind turns, and nobody has looked at the hinges since March.',
      'Let us keep the old timetable for one more month, then ask the crews what they think of the new one.',
      'Yes, agreed.',
      'There are three open questions, the budget for paint, the licence for the crane, and the winter shifts.',
      'I would rather rent the crane for two weeks than buy one that stands idle for the rest of the year.',
      'Fine, but then we need a price by Monday, otherwise the council will not see it in time.',
      'The measurements from the outer buoy look wrong. Either the sensor is dirty or the cable is broken.',
      'Could somebody go out with the small boat tomorrow morning and check?',
    ],
  },
  'held-out': {
    seed: 4021,
    noiseSeed: 977,
    sentences: [
      'Good morning everyone, shall we begin with the list from last time?',
      'The printer on the second floor has been repaired, although it still refuses thick paper.',
      'No, not yet.',
      'Our guests arrive on Friday evening and would like to see the workshop before dinner.',
      'If the heating fails again we should call the landlord at once, and keep a note of the hour.',
      'How much did the new shelves cost in the end?',
      'About four hundred, with delivery.',
      'I spoke to the school about the garden. They would be glad of it, but nobody can water it in August.',
      'Perhaps two families could take turns, as they did with the hens.',
      'The second point is the website, where half of the photographs are missing since the move.',
      'Right, I will ask my sister, she made the first version and knows where everything is.',
      'Then we are done for today, thank you, and see you all in a fortnight.',
    ],
  },
} as const;
export type SpeechSet = keyof typeof speechSets;
const voices = ['rms', 'slt', 'awb', 'kal'];

/** About two minutes of turns by four flite voices, with silences of 0.15 s to 1.5 s between them, always the same. */
export async function makeSpeech(set: SpeechSet): Promise<Float32Array> {
  const { sentences, seed } = speechSets[set];
  const random = seededRandom(seed);
  const pieces = [silence(0.8)];
  for (const [index, text] of [...sentences, ...sentences.toReversed()].entries()) {
    const voice = voices[index % voices.length];
    const spoken = await readPcm(['-f', 'lavfi', '-i', `flite=voice=${voice}:text='${text}'`]);
    pieces.push(spoken, silence(0.15 + 1.35 * random() ** 2));
  }
  return concat(pieces);
}

/** Speech with pink noise under all of it, `snrDb` below the mean power of what is spoken. */
export function addNoise(speech: Float32Array, snrDb: number, set: SpeechSet): Float32Array {
  const spoken = speech.filter((sample) => Math.abs(sample) > 0.003);
  const noise = pinkNoise(speech.length, speechSets[set].noiseSeed);
  const gain = rms(spoken) / rms(noise) / 10 ** (snrDb / 20);
  return speech.map((sample, index) => Math.max(-1, Math.min(1, sample + gain * noise[index]!)));
}

/** Paul Kellet's filter of white noise: −3 dB an octave within half a decibel. */
function pinkNoise(length: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const noise = new Float32Array(length);
  let [a, b, c] = [0, 0, 0];
  for (let index = 0; index < length; index += 1) {
    const white = random() * 2 - 1;
    a = 0.99765 * a + white * 0.099046;
    b = 0.963 * b + white * 0.2965164;
    c = 0.57 * c + white * 1.0526913;
    noise[index] = a + b + c + white * 0.1848;
  }
  return noise;
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function silence(seconds: number): Float32Array {
  return new Float32Array(Math.round(seconds * rate));
}

function concat(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
