import { describe, expect, it } from 'vitest';
import { chooseEngine } from './choose-engine.ts';
import type { TranscriptionConfig } from './config.ts';
import type { FoundOnMachine } from './engine-candidates.ts';

const nothing: FoundOnMachine = { pocketSphinx: false, sherpaModelDir: null };
const everything: FoundOnMachine = { pocketSphinx: true, sherpaModelDir: '/models/tiny' };
const choose = (config: Partial<TranscriptionConfig>, found = nothing) =>
  chooseEngine(
    { engine: 'auto', localConcurrency: 3, cloudMaxConcurrency: 64, setUp: true, dataDir: '/data', ...config },
    found,
  );

describe('chooseEngine', () => {
  it.each<[string, Partial<TranscriptionConfig>, FoundOnMachine, string | undefined]>([
    ['nothing', {}, nothing, undefined],
    ['PocketSphinx only', {}, { ...nothing, pocketSphinx: true }, 'pocketsphinx'],
    ['a model that was set up', {}, everything, 'sherpa-onnx'],
    ['a key', { geminiApiKey: 'k' }, everything, 'gemini'],
    ['several keys', { geminiApiKey: 'k', groqApiKey: 'k', openaiApiKey: 'k' }, everything, 'groq'],
    ['a server of one’s own', { openaiBaseUrl: 'http://127.0.0.1:1/v1' }, everything, 'openai'],
    ['a model that was named, and keys', { sherpaModelDir: '/m', groqApiKey: 'k' }, everything, 'sherpa-onnx'],
    ['a named engine', { engine: 'pocketsphinx', groqApiKey: 'k' }, everything, 'pocketsphinx'],
    ['a named engine without its key', { engine: 'groq' }, everything, undefined],
    ['"none"', { engine: 'none', groqApiKey: 'k' }, everything, undefined],
  ])('with %s', (_, config, found, expected) => {
    const { engine, why, alternatives } = choose(config, found);
    expect(engine?.name).toBe(expected);
    expect(why).not.toBe('');
    expect([...alternatives.map(({ name }) => name), ...(engine ? [engine.name] : [])].toSorted()).toEqual([
      'gemini',
      'groq',
      'openai',
      'pocketsphinx',
      'sherpa-onnx',
    ]);
  });

  it('says what to do to have an engine, and which are ready', () => {
    const { why, alternatives } = choose({ engine: 'groq' }, { ...nothing, pocketSphinx: true });
    expect(why).toContain('Set GROQ_API_KEY');
    expect(alternatives.find(({ name }) => name === 'groq')).toMatchObject({ state: 'missing', active: false });
    expect(alternatives.find(({ name }) => name === 'pocketsphinx')).toMatchObject({
      state: 'ready',
      caveat: expect.stringContaining('stopgap'),
    });
  });

  it('holds engines to the configured concurrency', () => {
    expect(choose({ localConcurrency: 2 }, everything).engine?.concurrency).toEqual({ start: 2, max: 2 });
    expect(choose({ groqApiKey: 'k', cloudMaxConcurrency: 2 }).engine?.concurrency).toEqual({ start: 2, max: 2 });
  });
});
