import {
  createGemini,
  createPocketSphinx,
  createSherpaOnnx,
  createWhisperApi,
  pocketSphinxCaveat,
  type TranscribeEngine,
} from '../adapters/models/transcribe/index.ts';
import type { EngineName, TranscriptionConfig } from './config.ts';

/** What a look around the machine found; see `findOnMachine`. */
export interface FoundOnMachine {
  pocketSphinx: boolean;
  /** A model that was set up earlier. */
  sherpaModelDir: string | null;
}

export interface EngineCandidate {
  name: EngineName;
  kind: 'local' | 'cloud';
  /** Null where something is missing. */
  create: (() => TranscribeEngine) | null;
  /** Why it can be used, or what to do to have it. */
  detail: string;
  caveat: string | null;
}

const groqUrl = 'https://api.groq.com/openai/v1';
const openaiUrl = 'https://api.openai.com/v1';
/** Calls at once that a provider is first tried with. */
const cloudStart = 4;

/** Every engine there is, in the order in which `auto` takes them. */
export function engineCandidates(config: TranscriptionConfig, found: FoundOnMachine): EngineCandidate[] {
  const cloud = { start: Math.min(cloudStart, config.cloudMaxConcurrency), max: config.cloudMaxConcurrency };
  const local = config.localConcurrency;
  const { groqApiKey, geminiApiKey, openaiApiKey, openaiBaseUrl } = config;

  const sherpa = (modelDir: string | null | undefined, detail: string): EngineCandidate => ({
    name: 'sherpa-onnx',
    kind: 'local',
    create: modelDir ? () => createSherpaOnnx({ modelDir, language: config.language, concurrency: local }) : null,
    detail,
    caveat: null,
  });
  const groq: EngineCandidate = {
    name: 'groq',
    kind: 'cloud',
    create: groqApiKey
      ? () =>
          createWhisperApi({
            name: 'groq',
            apiKey: groqApiKey,
            baseUrl: config.groqBaseUrl ?? groqUrl,
            model: config.groqModel ?? 'whisper-large-v3-turbo',
            concurrency: cloud,
          })
      : null,
    detail: groqApiKey ? 'it has an API key.' : 'Set GROQ_API_KEY.',
    caveat: null,
  };
  const openai: EngineCandidate = {
    name: 'openai',
    kind: 'cloud',
    create:
      openaiApiKey || openaiBaseUrl
        ? () =>
            createWhisperApi({
              name: 'openai',
              apiKey: openaiApiKey,
              baseUrl: openaiBaseUrl ?? openaiUrl,
              model: config.openaiModel ?? 'whisper-1',
              concurrency: cloud,
            })
        : null,
    detail: openaiApiKey
      ? 'it has an API key.'
      : openaiBaseUrl
        ? 'it has an address.'
        : 'Set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server.',
    caveat: null,
  };
  const gemini: EngineCandidate = {
    name: 'gemini',
    kind: 'cloud',
    create: geminiApiKey
      ? () =>
          createGemini({
            apiKey: geminiApiKey,
            baseUrl: config.geminiBaseUrl,
            model: config.geminiModel ?? 'gemini-2.5-flash',
            concurrency: cloud,
          })
      : null,
    detail: geminiApiKey ? 'it has an API key.' : 'Set GEMINI_API_KEY.',
    caveat: null,
  };
  const pocketSphinx: EngineCandidate = {
    name: 'pocketsphinx',
    kind: 'local',
    create: found.pocketSphinx ? () => createPocketSphinx({ concurrency: local }) : null,
    detail: found.pocketSphinx
      ? 'its program is installed.'
      : 'Install it: apt-get install pocketsphinx pocketsphinx-en-us',
    caveat: pocketSphinxCaveat,
  };

  const speechModel = config.sherpaModelDir
    ? sherpa(config.sherpaModelDir, 'it has a model.')
    : sherpa(
        found.sherpaModelDir,
        found.sherpaModelDir ? 'its model was set up.' : 'Set HANSARD_SHERPA_MODEL_DIR to the folder of a model.',
      );
  const clouds = [groq, openai, gemini];
  // A model that somebody named outranks keys, which may be there for the minutes.
  return config.sherpaModelDir ? [speechModel, ...clouds, pocketSphinx] : [...clouds, speechModel, pocketSphinx];
}
