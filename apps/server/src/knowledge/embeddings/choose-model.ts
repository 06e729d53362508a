import { createAiSdkEmbedModel, type EmbedModel, type EmbedProvider } from '../../adapters/models/embed/index.ts';

/** What an operator may say about the model that makes vectors. */
export interface EmbeddingsConfig {
  /** `auto`: the first that is set up, in the order gemini, openai, ollama; else none. */
  provider: 'auto' | 'none' | EmbedProvider;
  /** Numbers in a vector. */
  dims: number;
  requestTimeoutMs: number;
  requestsPerMinute: number;
  /** Vectors kept on disk. */
  maxCacheBytes: number;
  geminiApiKey?: string | undefined;
  geminiBaseUrl?: string | undefined;
  geminiModel?: string | undefined;
  openaiApiKey?: string | undefined;
  openaiBaseUrl?: string | undefined;
  openaiModel?: string | undefined;
  ollamaBaseUrl?: string | undefined;
  ollamaModel?: string | undefined;
}

/** Where no model is named: each can give 768 numbers. */
const defaultModels: Readonly<Record<EmbedProvider, string>> = {
  gemini: 'gemini-embedding-001',
  openai: 'text-embedding-3-small',
  ollama: 'nomic-embed-text',
};

export const embedProviders: readonly EmbedProvider[] = ['gemini', 'openai', 'ollama'];

export const modelNameOf = (config: EmbeddingsConfig, provider: EmbedProvider): string =>
  config[`${provider}Model`] ?? defaultModels[provider];

/** Who may be asked without being named: a server at an address of its own need not have embeddings. */
const isFoundBySettings: Readonly<Record<EmbedProvider, (config: EmbeddingsConfig) => boolean>> = {
  gemini: ({ geminiApiKey }) => geminiApiKey !== undefined,
  openai: ({ openaiApiKey }) => openaiApiKey !== undefined,
  ollama: ({ ollamaBaseUrl }) => ollamaBaseUrl !== undefined,
};

/** Who could be asked where it is named. */
export function isSetUp(config: EmbeddingsConfig, provider: EmbedProvider): boolean {
  if (provider === 'ollama') return config.provider === 'ollama' || config.ollamaBaseUrl !== undefined;
  return isFoundBySettings[provider](config) || (provider === 'openai' && config.openaiBaseUrl !== undefined);
}

/** Null where text is searched by its words alone. Nothing is called, and no SDK loaded. */
export function chooseEmbedModel(config: EmbeddingsConfig): EmbedModel | null {
  const { provider: wanted, dims, requestTimeoutMs } = config;
  if (wanted === 'none') return null;
  const provider = wanted === 'auto' ? embedProviders.find((each) => isFoundBySettings[each](config)) : wanted;
  if (!provider || !isSetUp(config, provider)) return null;
  return createAiSdkEmbedModel({
    provider,
    model: modelNameOf(config, provider),
    dims,
    apiKey: provider === 'ollama' ? undefined : config[`${provider}ApiKey`],
    baseUrl: config[`${provider}BaseUrl`],
    requestTimeoutMs,
  });
}
