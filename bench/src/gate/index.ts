import { createSileroGate, createVoiceGate, type SpeechGate } from '@hansard/server/speech-gate';
import * as sounds from '@hansard/server/speech-gate/sounds';
import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { encodeOgg, readAudio, say } from './ffmpeg.ts';

const chunkSeconds = 15;
const decibelsOverNoise = [5, 10, 20];
const voices = ['rms', 'slt', 'awb', 'kal'];
const sentences = [
  'The committee will meet again on Tuesday morning. Please send the report to everyone before the end of the week.',
  'We need more people to test the new system. I think that we should wait until the numbers are in.',
  'Yes.',
  'No, thank you.',
  'Could you tell us how long this is going to take, and who is going to pay for it?',
  'The first version was too slow, so we wrote the second one from the beginning. It is better now.',
  'Okay, let us begin.',
  'There are three things that I would like to talk about today. The first one is money.',
];

const noSpeech: Record<string, sounds.Sound> = {
  silence: sounds.silence,
  'white-60dB': sounds.whiteNoise(0.001),
  'white-40dB': sounds.whiteNoise(0.01),
  'white-20dB': sounds.whiteNoise(0.1),
  'pink-40dB': sounds.pinkNoise(0.01),
  'pink-20dB': sounds.pinkNoise(0.1),
  hum50: sounds.hum(0.05),
  hum60: sounds.hum(0.01, 60),
  heldTones: sounds.heldTones,
  chords: sounds.chords,
  arpeggio: sounds.arpeggio,
  arpeggioInNoise: (count) => sounds.overNoise(sounds.arpeggio(count), sounds.pinkNoise(1, 3)(count), 10),
  vibrato: sounds.vibrato,
  typing: sounds.typing,
};

export const benchmark: Benchmark = {
  describe: 'what the speech gate lets through: noise and music (should be nothing), speech over noise (should be all)',
  options: {
    minutes: { type: 'string', default: '10' },
    audio: { type: 'string' },
    'vad-model': { type: 'string' },
  },
  async run({ minutes, audio, 'vad-model': modelFile }) {
    const gate = typeof modelFile === 'string' ? createSileroGate({ modelFile }) : createVoiceGate();
    console.log(`gate: ${gate.name}`);
    const figures: Record<string, number> = {};
    const goals: Goal[] = [];
    const began = process.cpuUsage();
    let gatedSeconds = 0;

    const passes = async (samples: Float32Array): Promise<boolean> => {
      gatedSeconds += samples.length / sounds.soundRate;
      return judge(gate, await encodeOgg(samples));
    };

    for (const [kind, sound] of Object.entries(noSpeech)) {
      const accepted = await countAccepted(sound(Number(minutes) * 60 * sounds.soundRate), passes);
      figures[`accepted ${kind}`] = accepted;
      goals.push({ name: `accepted ${kind}`, is: accepted, want: '== 0' });
      console.log(`${kind.padEnd(18)} ${accepted} of ${(Number(minutes) * 60) / chunkSeconds} chunks pass`);
    }

    const spoken = await recordings(typeof audio === 'string' ? audio : undefined);
    for (const decibels of decibelsOverNoise) {
      for (const [name, noise] of Object.entries({ white: sounds.whiteNoise(1, 5), pink: sounds.pinkNoise(1, 6) })) {
        const missed: string[] = [];
        for (const [label, speech] of spoken) {
          if (!(await passes(sounds.overNoise(speech, noise(speech.length), decibels)))) missed.push(label);
        }
        const figure = `missed at ${decibels} dB over ${name}`;
        figures[figure] = missed.length;
        if (decibels >= 10) goals.push({ name: figure, is: missed.length, want: '== 0' });
        console.log(`${figure.padEnd(26)} ${missed.length} of ${spoken.size}  ${missed.join(', ')}`);
      }
    }
    const { user, system } = process.cpuUsage(began);
    figures['CPU ms per audio second'] = Number(((user + system) / 1000 / gatedSeconds).toFixed(2));
    await gate.close();
    report({ bench: 'gate', figures, goals });
  },
};

function judge(gate: SpeechGate, ogg: Uint8Array): Promise<boolean> {
  return gate.hasSpeech(ogg, new AbortController().signal);
}

async function countAccepted(
  samples: Float32Array,
  passes: (chunk: Float32Array) => Promise<boolean>,
): Promise<number> {
  let accepted = 0;
  const size = chunkSeconds * sounds.soundRate;
  for (let at = 0; at < samples.length; at += size) {
    if (await passes(samples.subarray(at, at + size))) accepted += 1;
  }
  return accepted;
}

/** Every sentence by every voice, and the given file in chunks. */
async function recordings(file: string | undefined): Promise<Map<string, Float32Array>> {
  const made = new Map<string, Float32Array>();
  for (const voice of voices) {
    for (const [index, sentence] of sentences.entries()) made.set(`${voice}-${index + 1}`, await say(voice, sentence));
  }
  if (file === undefined) return made;
  const samples = await readAudio(file);
  const size = 5 * sounds.soundRate;
  for (let at = 0; at + size / 2 <= samples.length; at += size)
    made.set(`file-${at / size + 1}`, samples.slice(at, at + size));
  return made;
}
