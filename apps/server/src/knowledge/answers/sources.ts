import { contentWords } from './content-words.ts';
import { answerLimits } from './limits.ts';
import { sentencesOf } from './sentences.ts';

export interface SourceLine {
  id: string;
  speaker: string | null;
  startMs: number;
  endMs: number;
  text: string;
}

/** A passage that an answer may be made from. */
export interface Source {
  meetingId: string;
  meetingTitle: string;
  document: { id: string; name: string } | null;
  /** Null where there are none. */
  page: number | null;
  heading: string;
  /** What was said, as the transcript has it now; none for a document's passage. */
  lines: readonly SourceLine[];
  text: string;
}

export interface Quote {
  text: string;
  /** Of what was said. */
  line: SourceLine | null;
}

/** The sentence of the source that shares the most with the claim; of its words, nothing added and nothing changed. */
export function quoteFor(claim: string, source: Source): Quote {
  const wanted = contentWords(claim);
  const said: Quote[] =
    source.lines.length > 0
      ? source.lines.flatMap((line) => sentencesOf(line.text).map((text) => ({ text, line })))
      : sentencesOf(source.text).map((text) => ({ text, line: null }));
  let best = { text: source.text, line: source.lines[0] ?? null };
  let bestScore = -1;
  for (const quote of said) {
    const words = contentWords(quote.text);
    const shared = [...words].filter((word) => wanted.has(word)).length;
    // Half of the length counts: else the longest sentence would nearly always win, or the shortest.
    const score = shared / Math.sqrt(words.size + 1);
    if (score > bestScore) [best, bestScore] = [quote, score];
  }
  return { ...best, text: shortened(best.text.trim(), wanted) };
}

/** A sentence that is too long is cut around the first of its words that the claim has. */
function shortened(text: string, wanted: ReadonlySet<string>): string {
  const { maxQuoteLength } = answerLimits;
  if (text.length <= maxQuoteLength) return text;
  const words = [...text.matchAll(/\S+/g)];
  const first = words.find(([word]) => [...contentWords(word)].some((each) => wanted.has(each)))?.index ?? 0;
  const latest = Math.max(0, Math.min(first - maxQuoteLength / 4, text.length - maxQuoteLength));
  const start = words.find(({ index }) => index >= latest)?.index ?? 0;
  const cut = text.slice(start, start + maxQuoteLength);
  return start + maxQuoteLength < text.length ? cut.replace(/\s\S*$/, '') : cut;
}
