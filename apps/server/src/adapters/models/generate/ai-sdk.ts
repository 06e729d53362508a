import type { LanguageModel } from 'ai';
import { sdkError } from '../ai-sdk-error.ts';
import { asEngineError } from '../transcribe/engine-error.ts';
import { EngineError } from '../transcribe/contract.ts';
import type { GenerateEngine, TextEngine } from './contract.ts';

export type Provider = 'groq' | 'gemini' | 'openai';

export interface AiSdkOptions {
  provider: Provider;
  model: string;
  /** May be left out where the server at `baseUrl` asks for none. */
  apiKey?: string | undefined;
  /** In place of the provider's own address. */
  baseUrl?: string | undefined;
  requestTimeoutMs: number;
}

/** Low: minutes report, they do not invent. */
const temperature = 0.2;
// No `maxOutputTokens`: Groq counts it against the key's tokens a minute before a word is written. The time-out bounds the answer.

/** A language model through the AI SDK, which is imported at the first call: it takes 30 MB. */
export function createAiSdkEngine(options: AiSdkOptions): GenerateEngine {
  const { provider, model, requestTimeoutMs } = options;
  return {
    name: provider,
    model,
    async generate({ system, prompt, schema }, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
      const sdk = await import('ai');
      // It would warn on the console of each setting that a model does not know, such as a temperature.
      globalThis.AI_SDK_LOG_WARNINGS = false;
      try {
        const { output } = await sdk.generateText({
          model: await languageModel(options),
          instructions: system,
          prompt,
          output: sdk.Output.object({ schema }),
          temperature,
          maxRetries: 0,
          abortSignal: limit,
        });
        return output;
      } catch (error) {
        if (limit.aborted) throw asEngineError(limit.reason);
        throw sdkError(error, sdk);
      }
    },
  };
}

/** The same models for free text, as it is written. */
export function createAiSdkTextEngine(options: AiSdkOptions): TextEngine {
  const { provider, model, requestTimeoutMs } = options;
  return {
    name: provider,
    model,
    async *write({ system, prompt }, signal) {
      const left = new AbortController();
      const limit = AbortSignal.any([signal, left.signal, AbortSignal.timeout(requestTimeoutMs)]);
      const sdk = await import('ai');
      globalThis.AI_SDK_LOG_WARNINGS = false;
      try {
        const { stream } = sdk.streamText({
          model: await languageModel(options),
          instructions: system,
          prompt,
          temperature,
          maxRetries: 0,
          abortSignal: limit,
          // Errors come as parts of the stream; without this they are written to the console, with what was sent.
          onError: () => {},
        });
        for await (const part of stream) {
          if (part.type === 'text-delta') yield part.text;
          else if (part.type === 'error') throw part.error;
          else if (part.type === 'finish' && !isFinished(part))
            throw new EngineError('failed', 'stopped in mid-answer');
        }
        limit.throwIfAborted();
      } catch (error) {
        if (limit.aborted) throw asEngineError(limit.reason);
        throw error instanceof EngineError ? error : sdkError(error, sdk);
      } finally {
        // The SDK goes on reading where nobody takes what it reads.
        left.abort();
      }
    },
  };
}

/** A connection that closes early and cleanly gives no reason at all; `length` is an answer with its end left out. */
function isFinished({ finishReason, rawFinishReason }: { finishReason: string; rawFinishReason: string | undefined }) {
  return ['stop', 'length'].includes(finishReason) || (finishReason === 'other' && rawFinishReason !== undefined);
}

async function languageModel({ provider, model, apiKey, baseUrl }: AiSdkOptions): Promise<LanguageModel> {
  // A key must be given, or the SDK looks for one in the environment, and throws.
  const settings = { apiKey: apiKey ?? 'none', ...(baseUrl !== undefined && { baseURL: baseUrl }) };
  switch (provider) {
    case 'groq':
      return (await import('@ai-sdk/groq')).createGroq(settings)(model);
    case 'gemini':
      return (await import('@ai-sdk/google')).createGoogle(settings)(model);
    case 'openai':
      // Not the Responses API: other servers that call themselves compatible speak chat completions.
      return (await import('@ai-sdk/openai')).createOpenAI(settings).chat(model);
    default:
      return provider satisfies never;
  }
}
