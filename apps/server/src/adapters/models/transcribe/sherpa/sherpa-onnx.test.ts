import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../contract-suite.ts';
import { spokenOgg } from '../test-audio.ts';
import { linesFromTokens } from './lines-from-tokens.ts';
import { readModelLayout } from './model-layout.ts';
import { createSherpaOnnx } from './sherpa-onnx.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hansard-models-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of files with these names, as a model's project would unpack it. */
function folder(name: string, files: string[], content: string | Buffer = 'no model'): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const file of files) writeFileSync(join(path, file), content);
  return path;
}

describe('readModelLayout', () => {
  it('knows whisper, and prefers int8', () => {
    const dir = folder('sherpa-onnx-whisper-tiny.en', [
      'tiny.en-encoder.onnx',
      'tiny.en-encoder.int8.onnx',
      'tiny.en-decoder.onnx',
      'tiny.en-decoder.int8.onnx',
      'tiny.en-tokens.txt',
    ]);
    expect(readModelLayout(dir, 'en-GB')).toEqual({
      tokens: join(dir, 'tiny.en-tokens.txt'),
      whisper: {
        encoder: join(dir, 'tiny.en-encoder.int8.onnx'),
        decoder: join(dir, 'tiny.en-decoder.int8.onnx'),
        language: 'en',
        task: 'transcribe',
      },
    });
  });

  it('knows moonshine', () => {
    const files = ['preprocess.onnx', 'encode.int8.onnx', 'uncached_decode.int8.onnx', 'cached_decode.int8.onnx'];
    const dir = folder('sherpa-onnx-moonshine-tiny-en-int8', [...files, 'tokens.txt']);
    expect(readModelLayout(dir).moonshine).toEqual({
      preprocessor: join(dir, 'preprocess.onnx'),
      encoder: join(dir, 'encode.int8.onnx'),
      uncachedDecoder: join(dir, 'uncached_decode.int8.onnx'),
      cachedDecoder: join(dir, 'cached_decode.int8.onnx'),
    });
  });

  it('tells a NeMo transducer from a zipformer, by its folder or by what the model says of itself', () => {
    const files = ['encoder.int8.onnx', 'decoder.int8.onnx', 'joiner.int8.onnx', 'tokens.txt'];
    const zipformer = readModelLayout(folder('sherpa-onnx-zipformer-en', files));
    expect(zipformer.transducer?.joiner).toMatch(/joiner\.int8\.onnx$/);
    expect(zipformer).not.toHaveProperty('modelType');
    const parakeet = readModelLayout(folder('sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8', files));
    expect(parakeet.modelType).toBe('nemo_transducer');
    expect(readModelLayout(folder('renamed', files, metadata('EncDecRNNTBPEModel'))).modelType).toBe('nemo_transducer');
  });

  it('tells models of one file apart', () => {
    const files = ['model.int8.onnx', 'model.onnx', 'tokens.txt'];
    const sense = readModelLayout(folder('sherpa-onnx-sense-voice-zh-en', files), 'en');
    expect(sense.senseVoice).toMatchObject({ model: expect.stringMatching(/int8/), language: 'en' });
    expect(readModelLayout(folder('sherpa-onnx-nemo-ctc-en', files))).toHaveProperty('nemoCtc');
    expect(readModelLayout(folder('sherpa-onnx-zipformer-ctc-en', files))).toHaveProperty('zipformerCtc');
    expect(readModelLayout(folder('sherpa-onnx-paraformer-en', files))).toHaveProperty('paraformer');
    expect(readModelLayout(folder('renamed-2', files, metadata('sense_voice_ctc')))).toHaveProperty('senseVoice');
  });

  it.each([
    ['missing', null, /can not be read/],
    ['empty', [], /no tokens\.txt/],
    ['unknown', ['tokens.txt', 'voice.onnx'], /no layout that is known/],
    ['nameless', ['tokens.txt', 'model.onnx'], /which kind of model/],
  ])('says what is wrong with a folder that is %s', (name, files, message) => {
    const dir = files ? folder(name, files) : join(root, name);
    expect(() => readModelLayout(dir)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
    expect(() => readModelLayout(dir)).toThrow(message);
  });
});

describe('sherpa-onnx', () => {
  it('goes all the way to the native library, and says so when it can’t load the model', async () => {
    const files = ['tiny-encoder.onnx', 'tiny-decoder.onnx', 'tiny-tokens.txt'];
    const engine = createSherpaOnnx({ modelDir: folder('sherpa-onnx-whisper-fake', files) });
    const speech = await spokenOgg('The committee will meet again on Tuesday morning.');
    for (const _ of [1, 2]) {
      expect(await failure(engine.transcribe(speech, new AbortController().signal))).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining("its model can't be used"),
      });
    }
    await engine.close();
  });

  it('is unavailable without its model', async () => {
    const engine = createSherpaOnnx({ modelDir: join(root, 'nowhere') });
    const speech = await spokenOgg('The committee will meet again on Tuesday morning.');
    expect(await failure(engine.transcribe(speech, new AbortController().signal))).toMatchObject({
      kind: 'unavailable',
    });
  });

  it('makes a line of what was recognised', () => {
    expect(linesFromTokens({ text: '<|en|><|Speech|> Hello  there. ', timestamps: [0.5, 0.9] }, 3000)).toEqual([
      { startMs: 500, endMs: 3000, text: 'Hello there.' },
    ]);
    expect(linesFromTokens({ text: ' ' }, 3000)).toEqual([]);
  });
});

/** The end of an ONNX file: one entry of its metadata, as protobuf. */
function metadata(modelType: string): Buffer {
  const entry = Buffer.concat([
    Buffer.from([0x0a, 10]),
    Buffer.from('model_type'),
    Buffer.from([0x12, modelType.length]),
    Buffer.from(modelType),
  ]);
  return Buffer.concat([Buffer.from('weights'), Buffer.from([0x72, entry.length]), entry]);
}
