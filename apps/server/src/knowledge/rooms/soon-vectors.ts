import type { Logger } from 'pino';
import type { Embeddings } from '../contract.ts';

export interface SoonVectorsOptions {
  embeddings: Embeddings;
  /** Ends what is under way. */
  signal: AbortSignal;
  /** After a failure of the model, nothing is asked for for so long. */
  retryMs: number;
  log: Logger;
  now: () => number;
}

export type SoonVectors = ReturnType<typeof createSoonVectors>;

/** Vectors for who can't wait long. What comes too late is in the embeddings' cache when it is asked for again. */
export function createSoonVectors({ embeddings, signal, retryMs, log, now }: SoonVectorsOptions) {
  let pausedUntil = 0;

  async function made(texts: readonly string[]): Promise<Float32Array[] | null> {
    try {
      return await embeddings.ofPassages(texts, { signal });
    } catch (error) {
      pausedUntil = now() + retryMs;
      if (!signal.aborted) log.warn({ err: error, passages: texts.length }, 'passages could not be embedded');
      return null;
    }
  }

  return {
    /** The ID of the model of now; `''` where there is none. */
    get model(): string {
      return embeddings.model?.id ?? '';
    },
    get dims(): number {
      return embeddings.model?.dims ?? 0;
    },
    /** Whether it is worth asking: there is a model, and it has not just failed. */
    get isThere(): boolean {
      return embeddings.model !== null && now() >= pausedUntil;
    },
    /** Null where they can't be had within `ms`; `onLate` is called when they can after all. */
    async within(ms: number, texts: readonly string[], onLate: () => void): Promise<Float32Array[] | null> {
      if (embeddings.model === null || now() < pausedUntil) return null;
      let isLate = false;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(() => {
          isLate = true;
          resolve(null);
        }, ms);
      });
      const vectors = made(texts).then((vectors) => {
        if (isLate && vectors) onLate();
        return vectors;
      });
      const first = await Promise.race([vectors, late]);
      clearTimeout(timer);
      return first;
    },
  };
}
