import { AppError } from '../../errors.ts';
import type { Scored } from './contract.ts';
import { normalised } from './quantise.ts';

export interface Rescored {
  best: Scored[];
  /** False where the 32-bit vectors could not be had: the scores are those of the packed ones. */
  rescored: boolean;
}

/** Orders candidates by their 32-bit vectors, which `read` gives in the order of the rows. */
export async function rescore(
  vector: Float32Array,
  candidates: readonly Scored[],
  read: (rows: readonly number[]) => Promise<Float32Array[]>,
): Promise<Rescored> {
  const query = normalised(vector) ?? vector;
  const vectors = await read(candidates.map(({ row }) => row)).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
  if (!vectors) return { best: [...candidates], rescored: false };
  const exact = candidates.map(({ row }, index) => ({ row, score: dot(query, vectors[index]!) }));
  return { best: exact.sort(byScore), rescored: true };
}

/** Best first; of equals the earlier row. */
export function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || a.row - b.row;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
