import type { PassageHit } from '@hansard/protocol';
import { transcriptSource } from '../contract.ts';
import type { Hit } from '../room-index/index.ts';
import { wordsOf } from '../room-index/words.ts';
import { contentWords } from './content-words.ts';
import type { AnsweringMeeting, AnswersRepository } from './repository.ts';
import type { Source } from './sources.ts';

export interface FoundSource {
  hit: Hit;
  source: Source;
}

/** What there is to read about hits. */
type Readable = Pick<AnswersRepository, 'documentNames' | 'lines'>;

/** For a meeting whose rows are elsewhere: what was said is known by its passages alone. */
export function sourcesOfCopy(
  meeting: AnsweringMeeting,
  documents: Readonly<Record<string, string>>,
  hits: readonly Hit[],
) {
  const rows: Readable = {
    documentNames: async () => new Map(Object.entries(documents)),
    lines: async () => [],
  };
  return sourcesOf(rows, meeting, hits, { withoutLines: true });
}

/** What a meeting's hits are from, in their order. What was deleted meanwhile is left out. */
export async function sourcesOf(
  repository: Readable,
  { id: meetingId, title: meetingTitle }: AnsweringMeeting,
  hits: readonly Hit[],
  { withoutLines = false } = {},
): Promise<FoundSource[]> {
  const documentIds = [...new Set(hits.map(({ source }) => source))].filter((id) => id !== transcriptSource);
  const names = await repository.documentNames(meetingId, documentIds);
  const found: FoundSource[] = [];
  for (const hit of hits) {
    const { source: from, heading, text, page, start, end } = hit;
    const common = { meetingId, meetingTitle, heading, text };
    if (from === transcriptSource) {
      const lines = await repository.lines(meetingId, start, end);
      if (lines.length > 0 || withoutLines)
        found.push({ hit, source: { ...common, document: null, page: null, lines } });
      continue;
    }
    const name = names.get(from);
    if (name === undefined) continue;
    const document = { id: from, name };
    found.push({ hit, source: { ...common, document, page: page > 0 ? page : null, lines: [] } });
  }
  return found;
}

export function toPassageHit({ hit, source }: FoundSource): PassageHit {
  const { meetingId, document, page, heading, lines, text } = source;
  return {
    meetingId,
    ...(document && { documentId: document.id, documentName: document.name }),
    ...(page !== null && { page }),
    ...(heading !== '' && { heading }),
    ...(lines[0] && { segmentId: lines[0].id }),
    ...(!document && { startMs: hit.start, endMs: Math.max(hit.start, hit.end) }),
    text,
    score: hit.score,
  };
}

/** Rows around a passage of the transcript that are about the same as a rule. */
const spreadRows = 2;

/**
 * Speech goes on over many passages. Those right beside a better one come after the others, so that the first few are of
 * several places in the meeting; the order is kept otherwise, and documents keep theirs.
 */
export function spread(hits: readonly Hit[]): Hit[] {
  const [first, beside]: [Hit[], Hit[]] = [[], []];
  for (const hit of hits) {
    const isBeside = first.some(
      ({ source, row }) =>
        source === transcriptSource && hit.source === source && Math.abs(row - hit.row) <= spreadRows,
    );
    (isBeside ? beside : first).push(hit);
  }
  // Whoever sorts by the score is to get the same order.
  let most = Infinity;
  return [...first, ...beside].map((hit) => {
    most = Math.min(most, hit.score);
    return { ...hit, score: most };
  });
}

/** What the first place in a room counts, beside all of the question's words; the second half of that, and so on. */
const placeWeight = 0.5;

/**
 * Ranks what several rooms gave. Scores of different rooms have no common scale: what has, is the share of the question's
 * words that a passage holds; its place in its room comes in beside it.
 */
export function rankTogether(question: string, rooms: readonly (readonly FoundSource[])[]): FoundSource[] {
  const wanted = contentWords(question);
  const scored = rooms.flatMap((found) =>
    found.map((each, place) => {
      const words = new Set(wordsOf(`${each.source.heading} ${each.source.text}`));
      const share = [...wanted].filter((word) => words.has(word)).length / Math.max(1, wanted.size);
      return { each, score: share + placeWeight / (place + 1) };
    }),
  );
  return scored.sort((a, b) => b.score - a.score).map(({ each }) => each);
}
