import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Database } from '../../adapters/database/index.ts';
import { embeddingLimits } from './limits.ts';
import { createEmbeddingsRepository } from './repository.ts';

interface VectorCacheOptions {
  database: Database;
  model: { readonly id: string; readonly dims: number };
  /** On disk; vectors of an earlier model count as ones of this. */
  maxBytes: number;
  now: () => number;
}

/** Vectors of texts that were embedded before, by what the texts are. */
export function createVectorCache({ database, model, maxBytes, now }: VectorCacheOptions) {
  const { lookUpBatch, useGrainMs, keptShare, bytesPerRow } = embeddingLimits;
  const repository = createEmbeddingsRepository(database);
  const maxRows = Math.max(1, Math.floor(maxBytes / (4 * model.dims + bytesPerRow)));
  let rows: number | null = null;

  async function trim(): Promise<void> {
    rows ??= await repository.count();
    if (rows <= maxRows) return;
    const least = Math.floor(maxRows * keptShare);
    while (rows > least) {
      const removed = await repository.removeOldest(rows - least);
      if (removed === 0) {
        // Somebody else has removed some: counted again next time.
        rows = null;
        return;
      }
      rows -= removed;
      await setImmediate();
    }
  }

  return {
    /** By text; those that are not there are left out. */
    async find(texts: Iterable<string>): Promise<Map<string, Float32Array>> {
      const found = new Map<string, Float32Array>();
      const byHash = new Map([...texts].map((text) => [hashOf(text).toString('hex'), text]));
      const hashes = [...byHash.keys()].map((hex) => Buffer.from(hex, 'hex'));
      for (let at = 0; at < hashes.length; at += lookUpBatch) {
        const hits = await repository.find(model.id, hashes.slice(at, at + lookUpBatch));
        for (const { hash, vector } of hits) {
          if (vector.length === 4 * model.dims) {
            found.set(byHash.get(Buffer.from(hash).toString('hex'))!, toVector(vector));
          }
        }
        const stale = hits.filter(({ usedAt }) => now() - usedAt >= useGrainMs).map(({ hash }) => hash);
        if (stale.length > 0) await repository.touch(model.id, stale, now());
      }
      return found;
    },

    async add(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
      if (vectors.size === 0) return;
      const usedAt = now();
      const added = await repository.insert(
        [...vectors].map(([text, vector]) => ({
          model: model.id,
          hash: hashOf(text),
          vector: new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
          usedAt,
        })),
      );
      if (rows !== null) rows += added;
      await trim();
    },
  };
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);

/** A copy: what the database gives may lie anywhere. */
const toVector = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);
