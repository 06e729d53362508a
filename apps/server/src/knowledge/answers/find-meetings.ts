import { contentTerms } from './content-words.ts';
import { answerLimits } from './limits.ts';
import type { AnsweringMeeting, AnswersRepository, TextIndex } from './repository.ts';

const indexes: readonly TextIndex[] = ['passageText', 'segmentText'];
/** As in the fusion of a room's lists. */
const rankOffset = 60;

/** The meetings that a question to all is looked for in, best first: those whose documents or lines have its words. */
export async function findMeetings(
  repository: AnswersRepository,
  question: string,
  workspaceId: string,
): Promise<AnsweringMeeting[]> {
  const scores = new Map<string, { meeting: AnsweringMeeting; score: number }>();
  for (const index of indexes) {
    const expression = await expressionFor(repository, index, question);
    if (expression === null) continue;
    const meetings = await repository.meetingsMatching(index, expression, workspaceId);
    for (const [place, meeting] of meetings.entries()) {
      const score = (scores.get(meeting.id)?.score ?? 0) + 1 / (rankOffset + place + 1);
      scores.set(meeting.id, { meeting, score });
    }
  }
  return [...scores.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, answerLimits.maxMeetings)
    .map(({ meeting }) => meeting);
}

/**
 * Any of the question's rarer words. Words that stand in very many rows say little and would cost a walk through all of
 * them; of a question that has no others, all must stand together. Null where the index has none of them.
 */
async function expressionFor(
  repository: AnswersRepository,
  index: TextIndex,
  question: string,
): Promise<string | null> {
  const { maxWords, maxRowsPerWord } = answerLimits;
  const counted: { term: string; rows: number }[] = [];
  for (const { word, stem } of contentTerms(question).slice(0, maxWords)) {
    // Documents are indexed by stems, lines by whole words, which a stem begins.
    const term = index === 'passageText' ? quoted(word) : `(${quoted(word)} OR ${quoted(stem)}*)`;
    counted.push({ term, rows: await repository.countRows(index, term) });
  }
  const known = counted.filter(({ rows }) => rows > 0);
  const rare = known.filter(({ rows }) => rows < maxRowsPerWord);
  if (known.length === 0) return null;
  if (rare.length === 0) return known.map(({ term }) => term).join(' AND ');
  return rare.map(({ term }) => term).join(' OR ');
}

function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
