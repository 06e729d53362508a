import { meetingLimits } from '../limits.ts';
import { createDescendingReader } from './descending-reader.ts';
import { intersect } from './intersect.ts';
import { createReadBudget, unlimited } from './read-budget.ts';
import type { FoundMeeting, ListedState, SearchRepository } from './repository.ts';
import { createWordStream, type MeetingStream } from './word-stream.ts';
import type { SearchWord } from './words.ts';

interface Search {
  workspaceId: string;
  words: readonly SearchWord[];
  state: ListedState | undefined;
  /** Search from this ordinal down. */
  max: number;
  limit: number;
}

export interface SearchResult {
  meetings: FoundMeeting[];
  /** Rowids of lines in which words stand, by the meeting's ordinal. */
  lines: Map<number, number[]>;
  /** Ordinal to go on from; null where nothing is left. The page may be short, even empty, where the search was long. */
  goOnAt: number | null;
}

/** Meetings in which every word stands somewhere, newest first. Its work is bounded; see `meetingLimits`. */
export async function searchMeetings(repository: SearchRepository, search: Search): Promise<SearchResult> {
  const { workspaceId, words, state, max, limit } = search;
  const budget = createReadBudget(words.length);
  const streams = words.map((word) => createWordStream(repository, word, budget));
  const fewListed = state && (await listedStream(repository, workspaceId, state, max));
  if (fewListed) streams.unshift(fewListed);

  const lines = new Map<number, number[]>();
  const keepLines = (ordinal: number) => lines.set(ordinal, mostShared(streams.map((each) => each.linesOf(ordinal))));
  const meetings: FoundMeeting[] = [];
  let goOnAt: number | null = max;
  while (goOnAt !== null && meetings.length < limit) {
    const found = await intersect(streams, goOnAt, limit - meetings.length, keepLines);
    if (found.ordinals.length > 0) {
      meetings.push(...(await repository.among(workspaceId, state, found.ordinals)));
    }
    goOnAt = found.goOnAt;
    if (budget.isSpent) break;
  }
  return { meetings, lines, goOnAt };
}

/** The meetings in the state as a stream, where they are few; where they are many it is cheaper to look at each found. */
async function listedStream(
  repository: SearchRepository,
  workspaceId: string,
  state: ListedState,
  max: number,
): Promise<MeetingStream | null> {
  const few = meetingLimits.maxSearchBatch;
  const ordinals = await repository.ordinals(workspaceId, state, max, few);
  if (ordinals.length === few) return null;
  const reader = createDescendingReader(
    async (from, limit) => ordinals.filter((ordinal) => ordinal <= from).slice(0, limit),
    unlimited,
  );
  return { seek: reader.atOrBelow, linesOf: () => [] };
}

/** Lines of several words, those with more words first. */
function mostShared(lists: readonly number[][]): number[] {
  const counts = new Map<number, number>();
  // A frequent word's stream has read its newest lines only: of lines that count the same, those of the rarest word come first.
  const rarestFirst = lists.toSorted((a, b) => a.length - b.length);
  for (const rowid of rarestFirst.flat()) counts.set(rowid, (counts.get(rowid) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, meetingLimits.maxHitsPerMeeting)
    .map(([rowid]) => rowid);
}
