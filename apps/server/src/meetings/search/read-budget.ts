import { meetingLimits } from '../limits.ts';

/** How much one search may still read. */
export interface ReadBudget {
  /** Takes one read; false where there is none left. */
  take(): boolean;
  readonly isSpent: boolean;
}

/** The budget of a search for so many words, which begins now. */
export function createReadBudget(words: number): ReadBudget {
  const { maxSearchReads, maxSearchMs, minReadsPerWord } = meetingLimits;
  const until = performance.now() + maxSearchMs;
  let taken = 0;
  const isSpent = () => taken >= maxSearchReads || (taken >= words * minReadsPerWord && performance.now() > until);
  return {
    take() {
      if (isSpent()) return false;
      taken += 1;
      return true;
    },
    get isSpent() {
      return isSpent();
    },
  };
}

/** For what is in memory already. */
export const unlimited: ReadBudget = { take: () => true, isSpent: false };
