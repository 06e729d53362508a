import { cleanSpeech, withoutMarks } from './clean.ts';
import { stage } from './slices.ts';
import { contentStems, languageOf, wordsOf, type Language } from './words.ts';

/** A line of the transcript, as minutes are made from it. Times are milliseconds from the meeting's start. */
export interface Line {
  id: string;
  speaker: string | null;
  startMs: number;
  endMs: number;
  text: string;
}

/** Something one person said, cleaned. */
export interface Sentence {
  text: string;
  /** As `wordsOf` has them. */
  words: string[];
  /** Stems of its content words, in order. */
  stems: string[];
  speaker: string | null;
  /** Lines that it was made from, by index, in order. */
  lines: number[];
  isQuestion: boolean;
}

/** A person who goes on after others' "mm-hmm" goes on with the same sentence: over at most so many lines of others. */
const maxInterruptions = 3;
/** A sentence is not put together from more lines than this: text without full stops would never end. */
const maxJoinedLines = 6;
const maxBackchannelWords = 3;

/**
 * Splits lines into sentences, in order of their beginning. Where the transcript has punctuation, what one speaker
 * leaves unfinished is joined with their next line; where it has none (captions, small engines), each line is a sentence.
 */
export function* sentencesOf(lines: readonly Line[]): Generator<number, { sentences: Sentence[]; language: Language }> {
  const language = yield* stage(languageOf(lines.map(({ text }) => text)), 0, 0.1);
  const { english } = language;
  const pieces: Piece[] = [];
  for (const [index, line] of lines.entries()) {
    for (const said of splitSentences(withoutMarks(line.text))) {
      const text = cleanSpeech(said, english);
      if (/[\p{L}\p{N}]/u.test(text)) pieces.push({ text, line: index, speaker: line.speaker });
    }
    yield 0.1 + (0.6 * index) / lines.length;
  }
  const punctuated = pieces.filter(({ text }) => isFinished(text)).length > pieces.length * punctuatedShare;
  const joined = punctuated
    ? yield* joinUnfinished(pieces, english)
    : pieces.map(({ text, speaker, line }) => ({ text: english ? asked(text) : text, speaker, lines: [line] }));
  const sentences: Sentence[] = [];
  for (const [index, sentence] of joined.entries()) {
    const words = wordsOf(sentence.text);
    sentences.push({
      ...sentence,
      words,
      stems: contentStems(words, language),
      isQuestion: /\?["'”’]?$/.test(sentence.text),
    });
    if (index % 20 === 0) yield 0.8 + (0.2 * index) / joined.length;
  }
  return { sentences, language };
}

const punctuatedShare = 0.3;

interface Piece {
  text: string;
  line: number;
  speaker: string | null;
}

type Joined = Omit<Piece, 'line'> & { lines: number[] };

function* joinUnfinished(pieces: readonly Piece[], english: boolean): Generator<number, Joined[]> {
  const sentences: Joined[] = [];
  let open: Joined | null = null;
  for (const [index, piece] of pieces.entries()) {
    if (index % 20 === 0) yield 0.7 + (0.1 * index) / pieces.length;
    const mayJoin = open !== null && piece.line - open.lines.at(-1)! <= maxInterruptions + 1;
    if (open !== null && mayJoin && piece.speaker === open.speaker && open.lines.length < maxJoinedLines) {
      open.text = cleanSpeech(`${open.text} ${piece.text}`, english);
      if (piece.line !== open.lines.at(-1)) open.lines.push(piece.line);
      if (isFinished(piece.text)) open = null;
      continue;
    }
    const sentence: Joined = { text: piece.text, speaker: piece.speaker, lines: [piece.line] };
    sentences.push(sentence);
    if (isFinished(piece.text)) {
      if (!isBackchannel(piece.text)) open = null;
    } else if (open === null || !isBackchannel(piece.text)) open = sentence;
  }
  return sentences;
}

/** No break after initials and common short forms, nor inside numbers. */
const boundary =
  /(?<=[.?!…]["'”’)]?)(?<!\b(?:Mr|Mrs|Ms|Dr|Prof|Hon|Rt|St|vs|etc|e\.g|i\.e|No|Inc|Ltd|[A-Z])\.) ?(?=["'“‘(]?[\p{Lu}\p{N}¿¡])|(?<=[。!?])/u;

function splitSentences(text: string): string[] {
  return text.split(boundary).map((sentence) => sentence.trim());
}

const inverted =
  /^(?:(?:so|and|but|okay|well) )*(?:(?:who|what|when|where|why|how|which|whose)(?: \S+){0,3} (?:is|are|was|were|do|does|did|can|could|should|shall|will|would|have|has)\b|(?:is|are|was|were|do|does|did|can|could|should|will|would|have|has) (?:i|we|you|they|he|she|it|the|that|this|there|these|those|anyone|anybody|someone)\b)/i;

/** Where nothing else shows it, the order of the words does. */
function asked(text: string): string {
  return !isFinished(text) && inverted.test(text) ? `${text}?` : text;
}

function isFinished(text: string): boolean {
  return /[.?!…。!?]["'”’)]?$/.test(text);
}

function isBackchannel(text: string): boolean {
  return wordsOf(text).length <= maxBackchannelWords;
}
