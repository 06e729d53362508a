import { setTimeout as sleepFor } from 'node:timers/promises';
import type { EngineStatus } from '@hansard/protocol';
import {
  createAiSdkEngine,
  EngineError,
  type GenerateEngine,
  type Provider,
} from '../adapters/models/generate/index.ts';
import type { MinutesEngine } from './engine.ts';
import { llmMinutes } from './llm/llm-minutes.ts';
import type { Sleep } from './llm/patience.ts';
import { localMinutes } from './local/index.ts';

/** What an operator may say about the engines that write minutes. */
export interface MinutesConfig {
  /** `auto`: the first provider that is configured, in the order groq, gemini, openai; else the local engine. */
  engine: 'auto' | 'local' | Provider;
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

/** Where no model is named. */
export const defaultModels: Readonly<Record<Provider, string>> = {
  groq: 'openai/gpt-oss-120b',
  gemini: 'gemini-flash-latest',
  openai: 'gpt-5-mini',
};

const providers: readonly Provider[] = ['groq', 'gemini', 'openai'];
const titles: Readonly<Record<Provider, string>> = { groq: 'Groq', gemini: 'Gemini', openai: 'OpenAI-compatible' };
/** A provider that is limited or spent is left alone for so long where it does not say for how long itself. */
const defaultPauseMs = 60_000;

export interface MinutesEngines {
  /** The one in use; another by its name; null where there is none of that name. */
  find(name?: string): MinutesEngine | null;
  /** Needs nothing and always answers. */
  local: MinutesEngine;
  /** Of all, for Settings. */
  statuses(): EngineStatus[];
}

/** Sets up what is configured; nothing is called, and no SDK loaded, before minutes are asked for. */
export function createMinutesEngines(
  config: MinutesConfig,
  { now = Date.now, sleep = sleepUnlessAborted }: { now?: () => number; sleep?: Sleep } = {},
): MinutesEngines {
  const cloud = new Map<string, PausableEngine>();
  for (const provider of providers) {
    const engine = providerEngine(config, provider);
    if (engine) cloud.set(provider, pausable(engine, { now, sleep }));
  }
  const chosen = config.engine === 'auto' ? (providers.find((name) => cloud.has(name)) ?? 'local') : config.engine;
  const active: MinutesEngine = cloud.get(chosen)?.engine ?? local;
  return {
    local,
    find: (name) => (name === undefined ? active : name === local.name ? local : (cloud.get(name)?.engine ?? null)),
    statuses: () => [
      ...providers.map((name) =>
        statusOf(name, cloud.get(name), { isActive: active.name === name, isWanted: chosen === name, now }),
      ),
      localStatus(active === local, chosen),
    ],
  };
}

const local: MinutesEngine = {
  name: 'local',
  label: 'local',
  write: (lines, options) => localMinutes(lines, options),
};

function providerEngine(config: MinutesConfig, provider: Provider): GenerateEngine | null {
  const apiKey = config[`${provider}ApiKey`];
  const baseUrl = config[`${provider}BaseUrl`];
  if (apiKey === undefined && !(provider === 'openai' && baseUrl !== undefined)) return null;
  const model = config[`${provider}Model`] ?? defaultModels[provider];
  return createAiSdkEngine({ provider, model, apiKey, baseUrl, requestTimeoutMs: config.requestTimeoutMs });
}

interface PausableEngine {
  engine: MinutesEngine;
  pause(): { until: number; reason: string } | null;
}

/** After a limit or a spent quota, minutes do not even ask until it may have passed. */
function pausable(model: GenerateEngine, { now, sleep }: { now: () => number; sleep: Sleep }): PausableEngine {
  let paused: { until: number; error: EngineError } | null = null;
  const current = () => (paused && paused.until > now() ? paused : null);
  return {
    pause: () => {
      const pause = current();
      return (
        pause && {
          until: pause.until,
          reason: pause.error.kind === 'quota' ? 'its quota is spent' : 'its rate limit is reached',
        }
      );
    },
    engine: {
      name: model.name,
      label: `${model.name} ${model.model}`,
      write: async (lines, options) => {
        const pause = current();
        if (pause) throw pause.error;
        try {
          return await llmMinutes(model, lines, { ...options, sleep });
        } catch (error) {
          if (error instanceof EngineError && (error.kind === 'rate-limited' || error.kind === 'quota')) {
            paused = { until: now() + (error.retryAfterMs ?? defaultPauseMs), error };
          }
          throw error;
        }
      },
    },
  };
}

function statusOf(
  provider: Provider,
  made: PausableEngine | undefined,
  { isActive, isWanted, now }: { isActive: boolean; isWanted: boolean; now: () => number },
): EngineStatus {
  const pause = made?.pause() ?? null;
  const variable = `${provider.toUpperCase()}_API_KEY`;
  const missing = `${titles[provider]} writes better minutes: set ${variable}${provider === 'openai' ? ' or OPENAI_BASE_URL' : ''}.`;
  const seconds = pause ? Math.ceil((pause.until - now()) / 1000) : 0;
  return {
    name: provider,
    task: 'minutes',
    kind: 'cloud',
    active: isActive,
    state: made ? (pause ? 'paused' : 'ready') : 'missing',
    resumesAt: pause?.until ?? null,
    detail: !made
      ? isWanted
        ? `Chosen, but not set up: ${missing}`
        : missing
      : pause
        ? `Paused: ${pause.reason}; asked again in ${seconds} s. Minutes are made locally meanwhile.`
        : `${titles[provider]}, model ${made.engine.label.slice(provider.length + 1)}.`,
    concurrency: made ? 2 : 0,
    progress: null,
    caveat: null,
  };
}

function localStatus(isActive: boolean, chosen: string): EngineStatus {
  const why =
    chosen === 'local'
      ? 'Picks out sentences, tasks, decisions and questions on this server; needs no account.'
      : isActive
        ? `Stands in, since ${chosen} is not set up.`
        : 'Stands in where the language model fails.';
  return {
    name: 'local',
    task: 'minutes',
    kind: 'local',
    active: isActive,
    state: 'ready',
    resumesAt: null,
    detail: why,
    concurrency: 1,
    progress: null,
    caveat: isActive ? 'Without a language model, the summary is made of sentences that were said.' : null,
  };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal });
}
