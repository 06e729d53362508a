import type { Scored } from './contract.ts';

/** How much the first ranks stand out from those behind them; the usual value. */
const rankOffset = 60;

export interface Fused extends Scored {
  /** Its rank in each list, from 1; null where it isn't in it. */
  ranks: (number | null)[];
}

/**
 * Merges ranked lists, best first, by the sum of 1 / (60 + rank). Ranks, not scores: those of BM25 and cosines of different
 * models have no common scale, and a room in which one of the lists is empty keeps the order of the other.
 */
export function fuse(lists: readonly (readonly Scored[])[], k: number): Fused[] {
  const byRow = new Map<number, Fused>();
  for (const [index, list] of lists.entries()) {
    for (const [place, { row }] of list.entries()) {
      const fused = byRow.get(row) ?? { row, score: 0, ranks: lists.map(() => null) };
      fused.score += 1 / (rankOffset + place + 1);
      fused.ranks[index] = place + 1;
      byRow.set(row, fused);
    }
  }
  return [...byRow.values()].sort((a, b) => b.score - a.score || a.row - b.row).slice(0, k);
}
