/** A passage as either side gives it. */
export interface FoundPassage {
  documentName: string | null;
  /** Of what was said. */
  startMs: number;
  endMs: number;
  text: string;
}

export interface Score {
  questions: number;
  /** Share of questions one of whose first five passages is relevant. */
  hitAt5: number;
  /** Mean of 1 / rank of the first relevant passage; 0 where none of the first 50 is. */
  mrr: number;
}

/** Passages that are looked at. */
export const depth = 50;
const first = 5;

/** Rank of the first relevant passage, from 1; Infinity where there is none. */
export function rankOf(passages: readonly FoundPassage[], isRelevant: (passage: FoundPassage) => boolean): number {
  const index = passages.slice(0, depth).findIndex(isRelevant);
  return index < 0 ? Infinity : index + 1;
}

export function scoreOf(ranks: readonly number[]): Score {
  const mean = (value: (rank: number) => number) => ranks.reduce((sum, rank) => sum + value(rank), 0) / ranks.length;
  return { questions: ranks.length, hitAt5: mean((rank) => (rank <= first ? 1 : 0)), mrr: mean((rank) => 1 / rank) };
}

/**
 * Whether a passage has the answer: all of it, or, where the answer goes over the passage's end, half of it. Letters and
 * digits alone are compared, and of a Markdown link its text.
 */
export function holdsAnswer(passage: string, answer: string): boolean {
  const [text, span] = [lettersOf(passage), lettersOf(answer.replaceAll(/\]\([^)]*\)|\]\[[^\]]*\]/g, ' '))];
  if (text.includes(span)) return true;
  for (let length = Math.ceil(span.length / 2); length < span.length; length += 1) {
    if (text.endsWith(span.slice(0, length)) || text.startsWith(span.slice(-length))) return true;
  }
  return false;
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}
