import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRoomIndexes, type NewPassage } from '@hansard/server/room-index';

export const k = 5;

export interface Recall {
  /** By the packed vectors alone, and after rescoring; shares of the exact nearest that were found. */
  packed: number;
  rescored: number;
}

/** Differences in the score below which two rows count as equally near: 32-bit sums in another order. */
const tie = 1e-6;

/** The share of the exact nearest `k` (32-bit cosine, every vector looked at) that a room finds, over all queries. */
export async function measureRecall(
  vectors: readonly Float32Array[],
  queries: readonly Float32Array[],
  bits: 4 | 8,
): Promise<Recall> {
  const dims = vectors[0]!.length;
  const dir = await mkdtemp(join(tmpdir(), 'hansard-recall-'));
  try {
    const room = createRoomIndexes().create(join(dir, 'room'), { dims, bits });
    await room.append(vectors.map((vector, row) => ({ ...emptyPassage, start: row, end: row, vector })));
    await room.save();
    const units = vectors.map(normalised);
    const found = { packed: 0, rescored: 0 };
    const wanted = Math.min(k, vectors.length);
    for (const query of queries) {
      const scores = exactScores(units, normalised(query));
      const least = scores.toSorted((a, b) => b - a)[wanted - 1]! - tie;
      const { best, rescored } = await room.nearestRescored(query, k);
      if (!rescored) throw new Error('The 32-bit vectors could not be read.');
      found.packed += room.nearest(query, k).filter(({ row }) => scores[row]! >= least).length;
      found.rescored += best.filter(({ row }) => scores[row]! >= least).length;
    }
    return { packed: found.packed / queries.length / wanted, rescored: found.rescored / queries.length / wanted };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export const emptyPassage: Omit<NewPassage, 'vector'> = {
  source: 'a',
  heading: '',
  page: 0,
  start: 0,
  end: 0,
  text: '',
};

export function exactScores(units: readonly Float32Array[], query: Float32Array): Float64Array {
  return Float64Array.from(units, (unit) => {
    let sum = 0;
    for (let i = 0; i < unit.length; i++) sum += unit[i]! * query[i]!;
    return sum;
  });
}

export function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
