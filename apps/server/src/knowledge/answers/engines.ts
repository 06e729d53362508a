import type { EngineStatus } from '@hansard/protocol';
import {
  createAiSdkTextEngine,
  EngineError,
  type Provider,
  type TextEngine,
} from '../../adapters/models/generate/index.ts';

/** What an operator may say about the models that answer. */
export interface AnswersConfig {
  /** `auto`: the first provider that is configured, in the order groq, gemini, openai; else quotes. */
  engine: 'auto' | 'quotes' | Provider;
  groqApiKey?: string | undefined;
  groqModel?: string | undefined;
  groqBaseUrl?: string | undefined;
  geminiApiKey?: string | undefined;
  geminiModel?: string | undefined;
  geminiBaseUrl?: string | undefined;
  openaiApiKey?: string | undefined;
  openaiModel?: string | undefined;
  /** Of any server that speaks chat completions; it may need no key. */
  openaiBaseUrl?: string | undefined;
  requestTimeoutMs: number;
}

/** Where no model is named: the same as for minutes. */
const defaultModels: Readonly<Record<Provider, string>> = {
  groq: 'openai/gpt-oss-120b',
  gemini: 'gemini-flash-latest',
  openai: 'gpt-5-mini',
};

const providers: readonly Provider[] = ['groq', 'gemini', 'openai'];
const titles: Readonly<Record<Provider, string>> = { groq: 'Groq', gemini: 'Gemini', openai: 'OpenAI-compatible' };
/** A provider that is limited or spent is left alone for so long where it does not say for how long itself. */
const defaultPauseMs = 60_000;

export interface AnswerEngines {
  /** Null where answers are quotes. */
  active: TextEngine | null;
  /** Of all, for Settings. */
  statuses(): EngineStatus[];
}

/** Sets up what is configured; nothing is called, and no SDK loaded, before a question is asked. */
export function createAnswerEngines(config: AnswersConfig, now: () => number = Date.now): AnswerEngines {
  const ready = providers.filter((provider) => isSetUp(config, provider));
  const wanted = config.engine === 'auto' ? (ready[0] ?? 'quotes') : config.engine;
  const chosen = ready.find((provider) => provider === wanted) ?? null;
  const pausable = chosen && withPauses(engineOf(config, chosen), now);
  return {
    active: pausable?.engine ?? null,
    statuses: () => [
      ...providers.map((name) => statusOf(name, { config, chosen, wanted, paused: pausable?.paused() ?? null, now })),
      quotesStatus(chosen, wanted),
    ],
  };
}

function isSetUp(config: AnswersConfig, provider: Provider): boolean {
  return config[`${provider}ApiKey`] !== undefined || (provider === 'openai' && config.openaiBaseUrl !== undefined);
}

const modelOf = (config: AnswersConfig, provider: Provider) => config[`${provider}Model`] ?? defaultModels[provider];

function engineOf(config: AnswersConfig, provider: Provider): TextEngine {
  return createAiSdkTextEngine({
    provider,
    model: modelOf(config, provider),
    apiKey: config[`${provider}ApiKey`],
    baseUrl: config[`${provider}BaseUrl`],
    requestTimeoutMs: config.requestTimeoutMs,
  });
}

interface Pause {
  until: number;
  error: EngineError;
}

/** After a limit or a spent quota, questions do not even ask until it may have passed. */
function withPauses(engine: TextEngine, now: () => number) {
  let pause: Pause | null = null;
  const paused = () => (pause && pause.until > now() ? pause : null);
  const pausing: TextEngine = {
    name: engine.name,
    model: engine.model,
    async *write(request, signal) {
      const current = paused();
      if (current) throw current.error;
      try {
        yield* engine.write(request, signal);
      } catch (error) {
        if (error instanceof EngineError && (error.kind === 'rate-limited' || error.kind === 'quota')) {
          pause = { until: now() + (error.retryAfterMs ?? defaultPauseMs), error };
        }
        throw error;
      }
    },
  };
  return { engine: pausing, paused };
}

interface Situation {
  config: AnswersConfig;
  chosen: Provider | null;
  wanted: string;
  paused: Pause | null;
  now: () => number;
}

function statusOf(name: Provider, { config, chosen, wanted, paused, now }: Situation): EngineStatus {
  const isReady = isSetUp(config, name);
  const rest = name === chosen ? paused : null;
  const missing = `${titles[name]} answers in sentences: set ${name.toUpperCase()}_API_KEY${name === 'openai' ? ' or OPENAI_BASE_URL' : ''}.`;
  const why = rest?.error.kind === 'quota' ? 'its quota is spent' : 'its rate limit is reached';
  const seconds = rest ? Math.ceil((rest.until - now()) / 1000) : 0;
  return {
    name,
    task: 'answers',
    kind: 'cloud',
    active: name === chosen,
    state: isReady ? (rest ? 'paused' : 'ready') : 'missing',
    resumesAt: rest?.until ?? null,
    detail: !isReady
      ? wanted === name
        ? `Chosen, but not set up: ${missing}`
        : missing
      : rest
        ? `Paused: ${why}; asked again in ${seconds} s. Answers are quotes meanwhile.`
        : `${titles[name]}, model ${modelOf(config, name)}.`,
    concurrency: isReady ? 1 : 0,
    progress: null,
    caveat: null,
  };
}

function quotesStatus(chosen: Provider | null, wanted: string): EngineStatus {
  const isActive = chosen === null;
  return {
    name: 'quotes',
    task: 'answers',
    kind: 'local',
    active: isActive,
    state: 'ready',
    resumesAt: null,
    detail: !isActive
      ? 'Stands in where the language model fails.'
      : wanted === 'quotes'
        ? 'Quotes the passages that fit a question best; needs no account.'
        : `Stands in, since ${wanted} is not set up.`,
    concurrency: 1,
    progress: null,
    caveat: isActive
      ? 'Without a language model, answers are sentences from your documents and from what was said.'
      : null,
  };
}
