import { asStatement } from './clean.ts';
import { quality, statesPurpose } from './quality.ts';
import type { Sentence } from './sentences.ts';
import { contentStems, wordsOf, type Language } from './words.ts';

export interface Pick {
  /** Index of the sentence. */
  sentence: number;
  text: string;
}

/** A summary is about this share of what was said, within the bounds: long enough to be of use, short enough to be read. */
const shareOfWords = 0.02;
const minWords = 90;
const maxWords = 160;
/** A shorter sentence seldom says anything by itself; a longer one is hard to read, and is taken clause by clause. */
const minSentenceWords = 8;
const maxSentenceWords = 40;
const minContentStems = 3;
/** What a stem is still worth each time that the summary has it already. */
const repeatWorth = 0.25;
/** Of a stem that was said once: next to nothing, but short talk consists of them. */
const onceWeight = 0.1;
/** Between 0 (long sentences win) and 1 (only density counts). */
const lengthPower = 0.7;
const minShortTalkWords = 3;
const maxShortTalk = 5;
/** Where a meeting says what it is for. */
const openingShare = 0.1;
const maxOpeningSentences = 60;

/**
 * Chooses sentences that together cover what the meeting was about: first the one that states its purpose, then, greedily,
 * those that add most of the weighted stems not yet covered, for their length, spread over the topics. `topicOf` gives
 * each sentence's topic. The result is in the order of speech.
 */
export function* summarise(
  sentences: readonly Sentence[],
  topicOf: readonly number[],
  language: Language,
): Generator<number, Pick[]> {
  const candidates: Candidate[] = [];
  for (const [index, sentence] of sentences.entries()) {
    const position = index / sentences.length;
    candidates.push(...candidatesOf(sentence, { index, position, topic: topicOf[index] ?? 0 }, language));
    if (index % 20 === 0) yield 0.5 * position;
  }
  const weights = stemWeights(sentences);
  const spoken = sentences.reduce((sum, { words }) => sum + words.length, 0);
  const budget = Math.min(maxWords, Math.max(minWords, spoken * shareOfWords));
  const picks = new Picks(weights);
  const purpose = purposeOf(candidates, sentences.length, weights);
  if (purpose) picks.add(purpose);
  while (picks.length < budget) {
    let best: Candidate | null = null;
    let bestGain = 0;
    for (const candidate of candidates) {
      const gain = picks.gainOf(candidate);
      if (gain > bestGain) [best, bestGain] = [candidate, gain];
    }
    if (!best) break;
    picks.add(best);
    yield 0.5 + 0.5 * Math.min(1, picks.length / budget);
  }
  if (picks.chosen.length === 0) return shortTalk(sentences);
  return picks.chosen.toSorted((a, b) => a.sentence - b.sentence).map(({ sentence, text }) => ({ sentence, text }));
}

/** Where nothing is long enough to be chosen from, what was said is its own summary. */
function shortTalk(sentences: readonly Sentence[]): Pick[] {
  const said = sentences.map(({ text, words }, sentence) => ({ sentence, text, length: words.length }));
  const longest = said
    .filter(({ length }) => length >= minShortTalkWords)
    .toSorted((a, b) => b.length - a.length)
    .slice(0, maxShortTalk);
  return longest.toSorted((a, b) => a.sentence - b.sentence).map(({ sentence, text }) => ({ sentence, text }));
}

interface Candidate extends Pick {
  topic: number;
  stems: ReadonlySet<string>;
  length: number;
  quality: number;
}

function* candidatesOf(
  sentence: Sentence,
  { index, position, topic }: { index: number; position: number; topic: number },
  language: Language,
): Generator<Candidate> {
  if (sentence.isQuestion) return;
  for (const part of sentence.words.length > maxSentenceWords ? clausesOf(sentence.text) : [sentence.text]) {
    const text = language.english ? asStatement(part) : part;
    const words = wordsOf(text);
    if (words.length < minSentenceWords || words.length > maxSentenceWords) continue;
    const stems = new Set(contentStems(words, language));
    if (stems.size < minContentStems && !statesPurpose(text)) continue;
    yield {
      sentence: index,
      text,
      topic,
      stems,
      length: words.length,
      quality: quality(text, words, position, language),
    };
  }
}

/** Speech runs on: "… so then we …, and then I …" holds sentences of its own. */
function clausesOf(text: string): string[] {
  const clauses: string[] = [];
  for (const part of text.split(
    /;|[,:]? (?=(?:so|but|and|because)(?: then)? (?:i|we|you|they|there|it|he|she|that's|it's|we're|i'm|the|this)\b)/i,
  )) {
    const last = clauses.at(-1);
    const joined = last === undefined ? part : `${last} ${part}`;
    if (last === undefined || wordsOf(last).length >= minSentenceWords) clauses.push(part);
    else clauses[clauses.length - 1] = joined;
  }
  return clauses;
}

function purposeOf(
  candidates: readonly Candidate[],
  sentences: number,
  weights: ReadonlyMap<string, number>,
): Candidate | undefined {
  const last = Math.min(maxOpeningSentences, Math.max(5, sentences * openingShare));
  const worth = ({ stems }: Candidate) => [...stems].reduce((sum, stem) => sum + (weights.get(stem) ?? 0), 0);
  return candidates
    .filter(({ sentence, text }) => sentence < last && statesPurpose(text))
    .toSorted((a, b) => worth(b) - worth(a))[0];
}

class Picks {
  readonly chosen: Candidate[] = [];
  length = 0;
  readonly #weights: ReadonlyMap<string, number>;
  readonly #covered = new Map<string, number>();
  readonly #inTopic = new Map<number, number>();

  constructor(weights: ReadonlyMap<string, number>) {
    this.#weights = weights;
  }

  add(candidate: Candidate): void {
    this.chosen.push(candidate);
    this.length += candidate.length;
    for (const stem of candidate.stems) this.#covered.set(stem, (this.#covered.get(stem) ?? 0) + 1);
    this.#inTopic.set(candidate.topic, (this.#inTopic.get(candidate.topic) ?? 0) + 1);
  }

  /** What the candidate would add; 0 where it is in. */
  gainOf(candidate: Candidate): number {
    if (this.chosen.includes(candidate)) return 0;
    let gain = 0;
    for (const stem of candidate.stems) {
      gain += (this.#weights.get(stem) ?? 0) * repeatWorth ** (this.#covered.get(stem) ?? 0);
    }
    const spread = Math.sqrt(1 + (this.#inTopic.get(candidate.topic) ?? 0));
    return (candidate.quality * gain) / candidate.length ** lengthPower / spread;
  }
}

/** How much a meeting is about a stem: in how many sentences it was said, damped. */
function stemWeights(sentences: readonly Sentence[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stems } of sentences) {
    for (const stem of new Set(stems)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return new Map([...counts].map(([stem, count]) => [stem, onceWeight + Math.log(count)]));
}
