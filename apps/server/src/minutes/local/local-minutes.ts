import { emptyDraft, type MinutesDraft, type Section } from '../draft.ts';
import { defaultTemplate, type Template } from '../templates.ts';
import { actionItemsOf } from './action-items.ts';
import { decisionsOf } from './decisions.ts';
import { openQuestionsOf } from './open-questions.ts';
import { sentencesOf, type Line, type Sentence } from './sentences.ts';
import { inSlices, stage } from './slices.ts';
import { summarise } from './summary.ts';
import { topicsOf } from './topics.ts';

export interface LocalMinutesOptions {
  /** Says which sections to make, and what to spread the summary over. */
  template?: Pick<Template, 'sections' | 'summaryBy'> | undefined;
  /** When the meeting began, in milliseconds since 1970: turns "by Friday" into a date. */
  startedAt?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Gets 0 to 1, at most once a slice. */
  onProgress?: ((progress: number) => void) | undefined;
}

/**
 * Minutes without a model, from lines in the order of speech: the same lines give the same minutes. Every item cites the
 * lines it was made from. Works in slices, so that the event loop is not held up. Rejects only with the signal's reason.
 */
export function localMinutes(lines: readonly Line[], options: LocalMinutesOptions = {}): Promise<MinutesDraft> {
  return inSlices(work(lines, options.startedAt ?? null, options.template ?? defaultTemplate), options);
}

function* work(
  lines: readonly Line[],
  startedAt: number | null,
  { sections, summaryBy }: Pick<Template, 'sections' | 'summaryBy'>,
): Generator<number, MinutesDraft> {
  const { sentences, language } = yield* stage(sentencesOf(lines), 0, 0.3);
  const topics = yield* stage(topicsOf(sentences, lines, language), 0.3, 0.6);
  const groups = summaryBy === 'topic' ? topics.of : speakersOf(sentences);
  const summary = yield* stage(summarise(sentences, groups, language), 0.6, 0.8);
  const today = startedAt === null ? null : new Date(startedAt);
  const actions = yield* stage(actionItemsOf(sentences, { language, today }), 0.8, 0.9);
  const decisions = yield* stage(decisionsOf(sentences, language), 0.9, 0.95);
  const questions = yield* stage(openQuestionsOf(sentences, language), 0.95, 1);
  const cite = (from: readonly number[]) => segmentIdsOf(from, sentences, lines);
  const draft: MinutesDraft = {
    summary: summary.map(({ sentence, text }) => ({ text, segmentIds: cite([sentence]) })),
    actionItems: actions.map(({ text, sentences: from, owner, due }) => ({ text, segmentIds: cite(from), owner, due })),
    decisions: decisions.map(({ text, sentences: from }) => ({ text, segmentIds: cite(from) })),
    openQuestions: questions.map(({ text, sentences: from }) => ({ text, segmentIds: cite(from) })),
    topics: topics.spans.map(({ title, lines: from, startMs, endMs }) => ({
      text: title,
      segmentIds: from.map((index) => lines[index]!.id),
      startMs,
      endMs,
    })),
  };
  const empty = emptyDraft();
  for (const section of Object.keys(draft) as Section[])
    if (!(section in sections)) Object.assign(draft, { [section]: empty[section] });
  return draft;
}

/** A number for each sentence's speaker. */
function speakersOf(sentences: readonly Sentence[]): number[] {
  const speakers = [...new Set(sentences.map(({ speaker }) => speaker))];
  const numbers = new Map(speakers.map((speaker, index) => [speaker, index]));
  return sentences.map(({ speaker }) => numbers.get(speaker)!);
}

function segmentIdsOf(from: readonly number[], sentences: readonly Sentence[], lines: readonly Line[]): string[] {
  const indices = new Set(from.flatMap((index) => sentences[index]!.lines));
  return [...indices].toSorted((a, b) => a - b).map((index) => lines[index]!.id);
}
