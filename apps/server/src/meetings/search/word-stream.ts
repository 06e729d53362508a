import { ordinalOf, segmentRowid, maxSeq } from '../../adapters/database/index.ts';
import { meetingLimits } from '../limits.ts';
import { createDescendingReader } from './descending-reader.ts';
import type { ReadBudget } from './read-budget.ts';
import type { SearchRepository } from './repository.ts';
import { matchExpression, type SearchWord } from './words.ts';

/** Meetings, newest first, that one condition of a search holds for. */
export interface MeetingStream {
  /** The newest meeting at or below the ordinal; null where there is none, undefined where the budget is used up. */
  seek(ordinal: number): Promise<number | null | undefined>;
  /** Rowids of some lines for which it holds in the meeting at which the stream stands. */
  linesOf(ordinal: number): number[];
}

/** Meetings in whose title, people, day or lines the word stands. */
export function createWordStream(repository: SearchRepository, word: SearchWord, budget: ReadBudget): MeetingStream {
  const expression = matchExpression(word);
  const heads = createDescendingReader((max, limit) => repository.matchingMeetings(expression, max, limit), budget);
  const lines = createDescendingReader((max, limit) => repository.matchingSegments(expression, max, limit), budget);
  return {
    async seek(ordinal) {
      const head = await heads.atOrBelow(ordinal);
      const line = await lines.atOrBelow(segmentRowid(ordinal, maxSeq));
      if (head === undefined || line === undefined) return undefined;
      if (head === null || line === null) return head ?? (line === null ? null : ordinalOf(line));
      return Math.max(head, ordinalOf(line));
    },
    linesOf: (ordinal) => lines.peek(segmentRowid(ordinal, 0), meetingLimits.maxHitsPerMeeting),
  };
}
