import type { Benchmark } from '../main.ts';
import { report } from '../report.ts';
import { compareCuts, type Agreement } from './agreement.ts';
import { measureCost } from './cost.ts';
import { decode, findPauses, type Pause } from './decoded-pauses.ts';
import { encodeAsChrome, readPcm } from './ffmpeg.ts';
import { addNoise, makeSpeech, type SpeechSet } from './speech.ts';

/** 0.7 ms for a chunk of 15 s. */
const cutBudgetUs = 47;
const snrsDb = [30, 20, 10, 5, 0];

interface Case {
  name: string;
  webm: Uint8Array;
  pauses: Pause[];
}

/** Noise hides pauses from any detector, so that they are looked for in the same speech without it. */
async function* generatedCases(set: SpeechSet): AsyncGenerator<Case> {
  const speech = await makeSpeech(set);
  const clean = await encodeAsChrome(speech);
  const pauses = findPauses(await decode(clean));
  yield { name: 'clean', webm: clean, pauses };
  for (const snrDb of snrsDb)
    yield { name: `snr${snrDb}`, webm: await encodeAsChrome(addNoise(speech, snrDb, set)), pauses };
}

async function fileCase(file: string): Promise<Case> {
  const webm = await encodeAsChrome(await readPcm(['-i', file]));
  return { name: 'file', webm, pauses: findPauses(await decode(webm)) };
}

async function run(values: Parameters<Benchmark['run']>[0]): Promise<void> {
  const figures: Record<string, number> = {};
  const table: Record<string, Agreement> = {};
  let first: Uint8Array | null = null;
  const cases =
    typeof values['audio'] === 'string'
      ? [await fileCase(values['audio'])]
      : generatedCases(values['tuning'] ? 'tuning' : 'held-out');
  for await (const { name, webm, pauses } of cases) {
    const agreement = compareCuts(webm, pauses);
    table[name] = agreement;
    for (const [figure, value] of Object.entries(agreement)) figures[`${name}_${figure}`] = value;
    first ??= webm;
  }
  console.table(table);
  const cost = measureCost(first!);
  console.table(cost);
  Object.assign(figures, cost);
  report({
    bench: 'pauses',
    figures,
    goals: [
      { name: 'state_bytes', is: cost.stateBytes, want: '<= 1024' },
      { name: 'cut_us_per_audio_second', is: cost.cutUsPerAudioSecond, want: `<= ${cutBudgetUs}` },
    ],
  });
}

export const benchmark: Benchmark = {
  describe:
    'how well pauses found from packet sizes agree with those in the decoded sound, and what finding them costs',
  options: { audio: { type: 'string' }, tuning: { type: 'boolean' } },
  run,
};
