import { blocksOf, divide } from './segmentation.ts';
import type { Line, Sentence } from './sentences.ts';
import { stage } from './slices.ts';
import { phrasesOf, titleOf } from './titles.ts';
import type { Language } from './words.ts';

export interface TopicSpan {
  title: string;
  /** Indices of lines that speak of the title's words. */
  lines: number[];
  startMs: number;
  endMs: number;
}

const maxTopics = 8;
/** Less talk than this, in content words, is no topic of its own. */
const minTopicStems = 150;

/** Divides a meeting where its vocabulary changes, and names the parts. `of` gives each sentence's topic. */
export function* topicsOf(
  sentences: readonly Sentence[],
  lines: readonly Line[],
  language: Language,
): Generator<number, { of: number[]; spans: TopicSpan[] }> {
  const blocks = blocksOf(sentences.map(({ stems }) => stems));
  const spoken = sentences.reduce((sum, { stems }) => sum + stems.length, 0);
  const most = Math.min(maxTopics, Math.max(1, Math.floor(spoken / minTopicStems)));
  const starts = (yield* stage(divide(blocks, most), 0, 0.9)).map((block) => blocks[block]!.from);
  const groups = starts.map((from, topic) => sentences.slice(from, starts[topic + 1]));
  const of = groups.flatMap((group, topic) => group.map(() => topic));
  const phrases = yield* stage(phrasesOf(groups, language), 0.9, 1);
  const spans: TopicSpan[] = [];
  for (const [topic, group] of groups.entries()) {
    const title = titleOf(phrases[topic]!, phrases);
    if (!title) continue;
    const indices = group.flatMap((sentence) => sentence.lines);
    spans.push({
      ...title,
      startMs: Math.min(...indices.map((index) => lines[index]!.startMs)),
      endMs: Math.max(...indices.map((index) => lines[index]!.endMs)),
    });
  }
  return { of, spans };
}
