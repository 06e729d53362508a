import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../../adapters/database/index.ts';
import type { EmbedModel } from '../../adapters/models/embed/index.ts';
import { EngineError, withDeadline } from '../../adapters/models/transcribe/index.ts';
import type { Embeddings } from '../contract.ts';
import { embeddingLimits } from './limits.ts';
import { createPace, type Sleep } from './pace.ts';
import { createVectorCache } from './vector-cache.ts';

export interface EmbeddingsOptions {
  database: Database;
  /** Null where none is configured. */
  model: EmbedModel | null;
  log: Logger;
  requestsPerMinute: number;
  /** Vectors kept on disk. */
  maxCacheBytes: number;
  now?: () => number;
  sleep?: Sleep;
}

export interface PacedEmbeddings extends Embeddings {
  /** Until when the model is not asked, and why; null where it is. */
  resting(): { until: number; reason: string } | null;
}

/** One model's vectors, at its pace, with a cache: see the contract. */
export function createEmbeddings(options: EmbeddingsOptions): PacedEmbeddings {
  return options.model ? embeddingsOf(options.model, options) : noEmbeddings;
}

const noEmbeddings: PacedEmbeddings = {
  model: null,
  ofPassages: () => Promise.reject(new EngineError('unavailable', 'No embedding model is set up.')),
  ofQuestion: () => Promise.resolve(null),
  resting: () => null,
};

function embeddingsOf(model: EmbedModel, options: EmbeddingsOptions): PacedEmbeddings {
  const { database, log, requestsPerMinute, maxCacheBytes, now = Date.now, sleep = sleepUnlessAborted } = options;
  const { questionDeadlineMs, questionRestMs } = embeddingLimits;
  const cache = createVectorCache({ database, model, maxBytes: maxCacheBytes, now });
  const pace = createPace({ requestsPerMinute, now, sleep });
  let noQuestionsUntil = 0;

  async function embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    for (let tried = 1; ; tried += 1) {
      await pace.turn(signal);
      try {
        const vectors = await model.embed(texts, 'passage', signal);
        pace.awake();
        return vectors;
      } catch (error) {
        signal.throwIfAborted();
        const waitMs = waitAfter(error, tried);
        pace.rest(waitMs ?? restAfter(error), error as Error);
        if (waitMs === null) throw error;
        log.info({ model: model.id, err: error, waitMs }, 'an embedding model is asked again');
      }
    }
  }

  return {
    model: { id: model.id, dims: model.dims },

    async ofPassages(texts, { signal, onProgress }) {
      const vectors = await cache.find(new Set(texts));
      const missing = [...new Set(texts)].filter((text) => !vectors.has(text));
      const report = () => onProgress?.(texts.filter((text) => vectors.has(text)).length);
      if (vectors.size > 0) report();
      for (let at = 0; at < missing.length; at += model.maxTexts) {
        const batch = missing.slice(at, at + model.maxTexts);
        const made = await embed(batch, signal);
        const pairs = new Map(batch.map((text, place) => [text, made[place]!]));
        for (const [text, vector] of pairs) vectors.set(text, vector);
        await cache.add(pairs);
        report();
      }
      return texts.map((text) => vectors.get(text)!);
    },

    async ofQuestion(text, signal) {
      signal.throwIfAborted();
      if (pace.resting() || noQuestionsUntil > now()) return null;
      pace.take();
      try {
        const call = (end: AbortSignal) => model.embed([text], 'question', end);
        const [vector] = await withDeadline({ timeoutMs: questionDeadlineMs, stops: [signal] }, call);
        return vector ?? null;
      } catch (error) {
        signal.throwIfAborted();
        noQuestionsUntil = now() + ((error instanceof EngineError && error.retryAfterMs) || questionRestMs);
        log.warn({ model: model.id, err: error }, 'a question is looked for by its words alone');
        return null;
      }
    },

    resting() {
      const rest = pace.resting();
      return rest && { until: rest.until, reason: rest.error.message };
    },
  };
}

/** Null where there is no point in another try, or it would come too late. */
function waitAfter(error: unknown, tried: number): number | null {
  const { maxTries, firstWaitMs, maxWaitMs } = embeddingLimits;
  if (!(error instanceof EngineError) || tried >= maxTries) return null;
  if (error.kind === 'quota' || error.kind === 'rejected') return null;
  const waitMs = error.retryAfterMs ?? firstWaitMs * 2 ** (tried - 1);
  return waitMs > maxWaitMs ? null : waitMs;
}

/** How long a model is left alone that is out of reach for good. */
function restAfter(error: unknown): number {
  const { restMs, maxRestMs, maxWaitMs } = embeddingLimits;
  const asked = error instanceof EngineError ? error.retryAfterMs : undefined;
  // Longer than anybody waits, so that all others know at once.
  return Math.min(maxRestMs, Math.max(asked ?? restMs, maxWaitMs + 1));
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
