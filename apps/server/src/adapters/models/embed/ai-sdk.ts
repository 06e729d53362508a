import type { EmbeddingModel } from 'ai';
import { sdkError } from '../ai-sdk-error.ts';
import { EngineError } from '../transcribe/contract.ts';
import { asEngineError } from '../transcribe/engine-error.ts';
import type { EmbedModel, EmbedPurpose } from './contract.ts';

export type EmbedProvider = 'gemini' | 'openai' | 'ollama';

export interface AiSdkEmbedOptions {
  provider: EmbedProvider;
  model: string;
  /** Numbers in a vector, asked of the provider: models cut theirs short where they can. */
  dims: number;
  /** May be left out where the server at `baseUrl` asks for none. */
  apiKey?: string | undefined;
  /** In place of the provider's own address; Ollama's is without a path. */
  baseUrl?: string | undefined;
  requestTimeoutMs: number;
}

/** Gemini takes 100 texts; OpenAI 300 KB, which is this many passages of 1 KB; Ollama works through them on one machine. */
const maxTexts: Readonly<Record<EmbedProvider, number>> = { gemini: 100, openai: 256, ollama: 32 };

const geminiTasks = { passage: 'RETRIEVAL_DOCUMENT', question: 'RETRIEVAL_QUERY' } as const;
const nomicTasks = { passage: 'search_document: ', question: 'search_query: ' } as const;

/** An embedding model through the AI SDK, which is imported at the first call: it takes 30 MB. */
export function createAiSdkEmbedModel(options: AiSdkEmbedOptions): EmbedModel {
  const { provider, model, dims, requestTimeoutMs } = options;
  return {
    id: `${provider}/${model}/${dims}`,
    name: provider,
    dims,
    maxTexts: maxTexts[provider],
    async embed(texts, purpose, signal) {
      // The SDK would make several calls of them.
      if (texts.length > maxTexts[provider]) throw new EngineError('rejected', `takes ${maxTexts[provider]} texts`);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
      const sdk = await import('ai');
      globalThis.AI_SDK_LOG_WARNINGS = false;
      try {
        const { embeddings } = await sdk.embedMany({
          model: await embeddingModel(options),
          values: texts.map((text) => textFor(options, text, purpose)),
          dimensions: dims,
          maxRetries: 0,
          abortSignal: limit,
          ...(provider === 'gemini' && { providerOptions: { google: { taskType: geminiTasks[purpose] } } }),
        });
        return toVectors(embeddings, dims);
      } catch (error) {
        if (limit.aborted) throw asEngineError(limit.reason);
        throw error instanceof EngineError ? error : sdkError(error, sdk);
      }
    },
  };
}

async function embeddingModel({ provider, model, apiKey, baseUrl }: AiSdkEmbedOptions): Promise<EmbeddingModel> {
  // A key must be given, or the SDK looks for one in the environment, and throws.
  const settings = { apiKey: apiKey ?? 'none', ...(baseUrl !== undefined && { baseURL: baseUrl }) };
  switch (provider) {
    case 'gemini':
      return (await import('@ai-sdk/google')).createGoogle(settings).embedding(model);
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI(settings).embedding(model);
    case 'ollama': {
      // It speaks OpenAI's format below this path, dimensions included.
      const baseURL = `${(baseUrl ?? 'http://127.0.0.1:11434').replace(/\/+$/, '')}/v1`;
      return (await import('@ai-sdk/openai')).createOpenAI({ ...settings, baseURL }).embedding(model);
    }
    default:
      return provider satisfies never;
  }
}

/** Nomic's models want to read in the text what it is for; others are told beside it, or make no difference. */
function textFor({ provider, model }: AiSdkEmbedOptions, text: string, purpose: EmbedPurpose): string {
  return provider === 'ollama' && model.startsWith('nomic-embed-text') ? nomicTasks[purpose] + text : text;
}

/** One for each text: the SDK has counted them. */
function toVectors(embeddings: readonly (readonly number[])[], dims: number): Float32Array[] {
  return embeddings.map((numbers) => {
    if (numbers.length !== dims) {
      const advice = `set HANSARD_EMBEDDING_DIMS to what it gives, or choose another model`;
      throw new EngineError('rejected', `gave ${numbers.length} numbers, not ${dims}: ${advice}`);
    }
    const vector = Float32Array.from(numbers);
    const length = Math.hypot(...vector);
    if (!(length > 0 && Number.isFinite(length))) throw new EngineError('failed', 'gave a vector without a direction');
    return vector;
  });
}
