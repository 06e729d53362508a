import type { Sentence } from './sentences.ts';
import { isContent, stemOf, type Language } from './words.ts';

/** Runs of content words that a part of a meeting uses, by their stems. */
export type Phrases = ReadonlyMap<string, Phrase>;

interface Phrase {
  stems: string[];
  count: number;
  /** How often it stood where a noun stands: after an article, a preposition or the like. */
  asNoun: number;
  /** How it was written, and how often. */
  forms: Map<string, number>;
  lines: number[];
}

const maxPhraseWords = 3;
const maxTitlePhrases = 2;
/** A second phrase is named where it is nearly as telling as the first. */
const secondShare = 0.5;
const minNounShare = 0.4;
const minSingleWordLength = 4;

const beforeNouns = new Set(
  'the a an this that these those our your their my his her its of for in on with about into from by at some any more no each every between per other another which what'.split(
    ' ',
  ),
);
/** Lines cited for a topic. */
const maxLines = 6;
const sentencesPerStep = 10;

/**
 * For each part, the phrases that it or another part uses more than once: those that are said once name nothing, and are
 * most. They are looked for twice, so that only those of one part at a time are ever held: all of them with all that is
 * kept of a phrase took seventy times the text.
 */
export function* phrasesOf(
  parts: readonly (readonly Sentence[])[],
  language: Language,
): Generator<number, readonly Phrases[]> {
  const repeated = new Set<string>();
  for (const [part, sentences] of parts.entries()) {
    const counts = new Map<string, number>();
    for (const [index, sentence] of sentences.entries()) {
      for (const { key } of phrasesIn(sentence, language)) counts.set(key, (counts.get(key) ?? 0) + 1);
      if (index % sentencesPerStep === 0) yield (0.5 * part) / parts.length;
    }
    for (const [key, count] of counts) if (count > 1) repeated.add(key);
  }
  const all: Map<string, Phrase>[] = [];
  for (const sentences of parts) {
    const phrases = new Map<string, Phrase>();
    all.push(phrases);
    for (const [index, sentence] of sentences.entries()) {
      for (const said of phrasesIn(sentence, language)) {
        if (repeated.has(said.key)) addPhrase(phrases, said, sentence.lines[0]!);
      }
      if (index % sentencesPerStep === 0) yield 0.5 + (0.5 * all.length) / parts.length;
    }
  }
  return all;
}

/** What sets one part of the meeting apart from all: phrases said often here, seldom elsewhere. Null where none was said twice. */
export function titleOf(here: Phrases, all: readonly Phrases[]): { title: string; lines: number[] } | null {
  const scored = [...here]
    .filter(
      ([key, { count, asNoun, stems }]) =>
        count > 1 && asNoun >= count * minNounShare && (stems.length > 1 || key.length >= minSingleWordLength),
    )
    .map(([key, phrase]) => ({ phrase, score: scoreOf(key, phrase, all) }))
    .toSorted((a, b) => b.score - a.score);
  const chosen: Phrase[] = [];
  for (const { phrase, score } of scored) {
    if (score < secondShare * scored[0]!.score) break;
    const repeats = chosen.some(({ stems }) => stems.some((stem) => phrase.stems.includes(stem)));
    if (!repeats) chosen.push(phrase);
    if (chosen.length === maxTitlePhrases) break;
  }
  if (chosen.length === 0) return null;
  const title = chosen.map(commonForm).join(' and ');
  const lines = [...new Set(chosen.flatMap((phrase) => phrase.lines.slice(0, maxLines / chosen.length)))];
  return { title: title[0]!.toLocaleUpperCase() + title.slice(1), lines: lines.toSorted((a, b) => a - b) };
}

function scoreOf(key: string, { count, stems }: Phrase, all: readonly Phrases[]): number {
  const everywhere = all.reduce((sum, phrases) => sum + (phrases.get(key)?.count ?? 0), 0);
  const parts = all.filter((phrases) => phrases.has(key)).length;
  return count * (count / everywhere) * Math.log(1 + all.length / parts) * stems.length;
}

function commonForm({ forms }: Phrase): string {
  return [...forms].reduce((best, form) => (form[1] > best[1] ? form : best))[0];
}

/** A phrase where it stands. */
interface Said {
  key: string;
  stems: string[];
  form: string;
  asNoun: boolean;
}

interface Run {
  words: string[];
  afterNounMark: boolean;
}

function* runsOf(words: readonly string[], language: Language): Generator<Run> {
  let run: Run = { words: [], afterNounMark: false };
  let previous = '';
  for (const word of words) {
    const plain = word.toLowerCase().replaceAll('’', "'");
    if (isContent(plain, language) && /^[\p{L}\p{N}]/u.test(plain)) {
      if (run.words.length === 0) run.afterNounMark = beforeNouns.has(previous) || !language.english;
      run.words.push(word);
    } else if (run.words.length > 0) {
      yield run;
      run = { words: [], afterNounMark: false };
    }
    previous = plain;
  }
  if (run.words.length > 0) yield run;
}

function* phrasesIn({ text }: Sentence, language: Language): Generator<Said> {
  const uncapitalised = /^\p{Lu}\p{Ll}/u.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
  for (const clause of uncapitalised.split(/[^\p{L}\p{N}'’\s-]+/u)) {
    for (const run of runsOf(clause.split(/\s+/), language)) yield* phrasesOfRun(run, language);
  }
}

function* phrasesOfRun(run: Run, language: Language): Generator<Said> {
  for (let from = 0; from < run.words.length; from += 1) {
    for (let length = 1; length <= maxPhraseWords && from + length <= run.words.length; length += 1) {
      const words = run.words.slice(from, from + length);
      const stems = words.map((word) => stemOf(word.toLowerCase(), language));
      if (new Set(stems).size < stems.length) continue;
      // Inside a run a word stands in a compound.
      yield { key: stems.join(' '), stems, form: words.join(' '), asNoun: run.afterNounMark || from > 0 };
    }
  }
}

function addPhrase(phrases: Map<string, Phrase>, { key, stems, form, asNoun }: Said, line: number): void {
  const phrase = phrases.get(key) ?? { stems, count: 0, asNoun: 0, forms: new Map<string, number>(), lines: [] };
  phrase.count += 1;
  if (asNoun) phrase.asNoun += 1;
  phrase.forms.set(form, (phrase.forms.get(form) ?? 0) + 1);
  if (phrase.lines.length < maxLines && phrase.lines.at(-1) !== line) phrase.lines.push(line);
  phrases.set(key, phrase);
}
