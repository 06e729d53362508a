import { describe, expect, it } from 'vitest';
import { failure, transcribeEngineContract } from './contract-suite.ts';
import { readPocketSphinxOutput } from './pocketsphinx-output.ts';
import { createPocketSphinx } from './pocketsphinx.ts';
import { spokenOgg } from './test-audio.ts';
import { wordErrorRate } from './word-error-rate.ts';

const never = () => new AbortController().signal;

transcribeEngineContract('pocketsphinx', async () => ({ engine: createPocketSphinx() }));

describe('pocketsphinx', () => {
  it('makes at most 10 % word errors on clear speech', async () => {
    const engine = createPocketSphinx();
    const sentences = [
      'The committee will meet again on Tuesday morning. We need more people to test the new system.',
      'I think that we should wait until the numbers are in. He said that the house was too small for the family.',
    ];
    const heard = await Promise.all(
      sentences.map(async (sentence) => {
        const lines = await engine.transcribe(await spokenOgg(sentence), never());
        return lines.map(({ text }) => text).join(' ');
      }),
    );
    expect(wordErrorRate(sentences.join(' '), heard.join(' '))).toBeLessThanOrEqual(0.1);
  });

  it('says when its program is missing, fails or takes too long', async () => {
    const speech = await spokenOgg('The committee will meet again on Tuesday morning.');
    const call = (engine: ReturnType<typeof createPocketSphinx>) => failure(engine.transcribe(speech, never()));
    expect(await call(createPocketSphinx({ binary: '/nowhere/pocketsphinx' }))).toMatchObject({ kind: 'unavailable' });
    expect(await call(createPocketSphinx({ binary: 'false' }))).toMatchObject({ kind: 'failed' });
    expect(await call(createPocketSphinx({ timeoutMs: 1 }))).toMatchObject({ kind: 'failed' });
  });

  it('reads utterances and their times, without marks', () => {
    const output = [
      'hello the world',
      '<s> 0.090 0.110 0.999200',
      'hello 0.120 0.380 0.817648',
      '[SPEECH] 0.400 0.500 0.500000',
      'the(2) 0.510 0.700 0.500000',
      '<sil> 0.700 0.800 0.999000',
      'world 0.810 1.200 0.999500',
      '</s> 1.200 1.300 1.000000',
      '',
      '<s> 2.000 2.100 1.000000',
      '++NOISE++ 2.100 2.500 1.000000',
      '</s> 2.500 2.600 1.000000',
      'again',
      '<s> 3.000 3.100 1.000000',
      'again 3.100 3.500 1.000000',
    ].join('\n');
    expect(readPocketSphinxOutput(output)).toEqual([
      { startMs: 120, endMs: 1200, text: 'hello the world' },
      { startMs: 3100, endMs: 3500, text: 'again' },
    ]);
    expect(readPocketSphinxOutput('')).toEqual([]);
  });
});
