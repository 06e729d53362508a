import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EngineError } from '../contract.ts';

/** `modelConfig` of a sherpa-onnx offline recogniser. */
export interface SherpaModelConfig {
  tokens: string;
  modelType?: string;
  whisper?: { encoder: string; decoder: string; language: string; task: 'transcribe' };
  moonshine?: { preprocessor: string; encoder: string; uncachedDecoder: string; cachedDecoder: string };
  transducer?: { encoder: string; decoder: string; joiner: string };
  senseVoice?: { model: string; language: string; useInverseTextNormalization: 1 };
  nemoCtc?: { model: string };
  zipformerCtc?: { model: string };
  paraformer?: { model: string };
}

/** Where ONNX keeps a model's own description: the end of the file. */
const metadataBytes = 64 * 1024;

/**
 * Tells from the files of a folder which kind of model it holds: whisper, moonshine, a transducer (zipformer, NeMo
 * parakeet), or a model of one file (sense-voice, NeMo CTC, zipformer CTC, paraformer). Takes the int8 file where there
 * are two. Throws `EngineError` `unavailable`, saying what is missing.
 */
export function readModelLayout(modelDir: string, language?: string): SherpaModelConfig {
  const files = listFiles(modelDir);
  const find = (pattern: RegExp, extension = 'onnx') => {
    const fits = files.filter((file) => pattern.test(file) && file.endsWith(`.${extension}`)).toSorted();
    const file = fits.find((name) => name.includes('int8')) ?? fits[0];
    return file && join(modelDir, file);
  };
  const tokens = find(/(^|[-_.])tokens\.txt$/, 'txt');
  if (!tokens) throw noModel(modelDir, 'it holds no tokens.txt');

  const [preprocessor, encode] = [find(/preprocess/), find(/^encode\b/)];
  const [uncachedDecoder, cachedDecoder] = [find(/uncached_decode/), find(/(?<!un)cached_decode/)];
  if (preprocessor && encode && uncachedDecoder && cachedDecoder) {
    return { tokens, moonshine: { preprocessor, encoder: encode, uncachedDecoder, cachedDecoder } };
  }
  const [encoder, decoder, joiner] = [find(/encoder/), find(/decoder/), find(/joiner/)];
  if (encoder && decoder && joiner) {
    const isNemo = /nemo|parakeet/i.test(basename(modelDir)) || modelType(encoder)?.startsWith('EncDec');
    return { tokens, transducer: { encoder, decoder, joiner }, ...(isNemo && { modelType: 'nemo_transducer' }) };
  }
  const isoLanguage = language?.split('-')[0] ?? '';
  if (encoder && decoder) {
    return { tokens, whisper: { encoder, decoder, language: isoLanguage, task: 'transcribe' } };
  }
  const model = find(/model/);
  if (model) return { tokens, ...singleFile(modelDir, model, isoLanguage) };
  throw noModel(modelDir, `its files (${files.slice(0, 10).join(', ')}) are no layout that is known`);
}

function singleFile(modelDir: string, model: string, language: string): Partial<SherpaModelConfig> {
  const kind = `${modelType(model) ?? ''} ${basename(modelDir)}`;
  if (/sense[-_]?voice/i.test(kind)) {
    return { senseVoice: { model, language: language || 'auto', useInverseTextNormalization: 1 } };
  }
  if (/EncDec.*CTC|nemo|parakeet/i.test(kind)) return { nemoCtc: { model } };
  if (/zipformer/i.test(kind)) return { zipformerCtc: { model } };
  if (/paraformer/i.test(kind)) return { paraformer: { model } };
  throw noModel(modelDir, `neither its name nor ${basename(model)} says which kind of model it is`);
}

/** The value of `model_type` in the model's metadata: a protobuf string behind its key. */
function modelType(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, metadataBytes));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    const [key, valueTag] = ['model_type', 0x12];
    const at = tail.indexOf(key) + key.length;
    if (at < key.length || tail[at] !== valueTag) return undefined;
    return tail.toString('utf8', at + 2, at + 2 + (tail[at + 1] ?? 0));
  } finally {
    closeSync(descriptor);
  }
}

function listFiles(modelDir: string): string[] {
  try {
    return readdirSync(modelDir);
  } catch (cause) {
    throw noModel(modelDir, 'it can not be read', cause);
  }
}

function noModel(modelDir: string, why: string, cause?: unknown): EngineError {
  return new EngineError('unavailable', `${basename(modelDir)} is no speech model: ${why}`, { cause });
}
