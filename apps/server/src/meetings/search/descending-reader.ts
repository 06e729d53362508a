import { meetingLimits } from '../limits.ts';
import type { ReadBudget } from './read-budget.ts';

/** Numbers at or below `max`, in falling order, at most `limit`. */
export type ReadDown = (max: number, limit: number) => Promise<number[]>;

export type DescendingReader = ReturnType<typeof createDescendingReader>;

/**
 * Walks down a long list of numbers in batches. Steps of the walk ask for falling numbers only. Once the budget is used
 * up it knows no more, and says `undefined`.
 */
export function createDescendingReader(read: ReadDown, budget: ReadBudget) {
  let batch: number[] = [];
  let at = 0;
  let isComplete = false;
  let size: number = meetingLimits.firstSearchBatch;

  /** The first number at or below `max`; null where there is none. */
  const atOrBelow = async (max: number): Promise<number | null | undefined> => {
    while (at < batch.length && batch[at]! > max) at += 1;
    if (at < batch.length) return batch[at]!;
    if (isComplete) return null;
    if (!budget.take()) return undefined;
    const last = batch.at(-1);
    batch = await read(last === undefined ? max : Math.min(max, last - 1), size);
    at = 0;
    isComplete = batch.length < size;
    size = Math.min(size * 2, meetingLimits.maxSearchBatch);
    return batch[0] ?? null;
  };

  return {
    atOrBelow,
    /** Up to `limit` numbers from where the walk stands down to `min`, as far as they were read already. */
    peek: (min: number, limit: number): number[] => batch.slice(at, at + limit).filter((value) => value >= min),
  };
}
