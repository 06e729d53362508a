import { localMinutes, type Line } from '@hansard/server/local-minutes';
import type { Benchmark } from '../main.ts';
import { percentile, report, type Goal } from '../report.ts';
import { countWords, lead, textRank } from './baselines.ts';
import { readMeetings, sentencesOf, type Meeting } from './meetings.ts';
import { rouge } from './rouge.ts';

const measures = ['rouge1', 'rougeL'] as const;
const systems = ['local', 'lead', 'textrank'] as const;
type Scores = Record<(typeof systems)[number], Record<(typeof measures)[number], number>>;
type Minutes = Awaited<ReturnType<typeof localMinutes>>;

interface Measured {
  meeting: Meeting;
  minutes: Minutes;
  words: number;
  tookMs: number;
  scores: Scores;
}

/** Words of an hour of talk, by which the time is scaled. */
const wordsPerHour = 9000;

export const benchmark: Benchmark = {
  describe: 'local summaries against reference summaries, beside the lead and TextRank at the same number of words',
  options: { data: { type: 'string' } },
  async run({ data }) {
    if (typeof data !== 'string') throw new Error('Give --data DIR: a folder of meetings in the format of QMSum.');
    const measured: Measured[] = [];
    for (const meeting of readMeetings(data)) {
      const result = await measure(meeting);
      measured.push(result);
      show(result);
    }
    if (measured.length === 0) throw new Error(`${data} holds no meeting with a summary.`);
    conclude(measured);
  },
};

async function measure(meeting: Meeting): Promise<Measured> {
  const lines = linesOf(meeting);
  const begun = performance.now();
  const minutes = await localMinutes(lines);
  const tookMs = performance.now() - begun;
  const summary = minutes.summary.map(({ text }) => text).join(' ');
  const words = countWords(summary);
  const said = sentencesOf(meeting);
  const scoresOf = (text: string) => meanScores(meeting.references.map((reference) => rouge(text, reference)));
  const scores = {
    local: scoresOf(summary),
    lead: scoresOf(lead(said, words)),
    textrank: scoresOf(textRank(said, words)),
  };
  return { meeting, minutes, words, tookMs, scores };
}

/** The set has no times: lines follow each other at the pace of speech. */
function linesOf({ turns }: Meeting): Line[] {
  let at = 0;
  return turns.map(({ speaker, content }, index) => {
    const startMs = at;
    at += Math.max(1, countWords(content)) * 400;
    return { id: `line-${index + 1}`, speaker, text: content, startMs, endMs: at };
  });
}

function meanScores(scores: readonly Scores['local'][]): Scores['local'] {
  const mean = (name: 'rouge1' | 'rougeL') => scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return { rouge1: mean('rouge1'), rougeL: mean('rougeL') };
}

function show({ meeting, minutes, words, tookMs, scores }: Measured): void {
  console.log(`\n## ${meeting.name}: ${words} words in ${tookMs.toFixed(0)} ms`);
  for (const system of systems) {
    const { rouge1, rougeL } = scores[system];
    console.log(`${system.padEnd(9)} ROUGE-1 ${rouge1.toFixed(4)}  ROUGE-L ${rougeL.toFixed(4)}`);
  }
  list('Summary', minutes.summary);
  list(
    'Action items',
    minutes.actionItems.map((item) => ({
      ...item,
      text: `${item.owner ?? 'nobody yet'}: ${item.text}${item.due ? ` (${item.due})` : ''}`,
    })),
  );
  list('Decisions', minutes.decisions);
  list('Open questions', minutes.openQuestions);
  list('Topics', minutes.topics);
}

function list(title: string, items: readonly { text: string; segmentIds: string[] }[]): void {
  console.log(`${title}:${items.length === 0 ? ' none' : ''}`);
  for (const { text, segmentIds } of items) console.log(`  - ${text} [${segmentIds.join(', ')}]`);
}

function conclude(measured: readonly Measured[]): void {
  const mean = meansOf(measured.map(({ scores }) => scores));
  const figures: Record<string, number> = { meetings: measured.length };
  const goals: Goal[] = [];
  console.log('\n## Mean');
  for (const system of systems) {
    console.log(
      `${system.padEnd(9)} ROUGE-1 ${mean[system].rouge1.toFixed(4)}  ROUGE-L ${mean[system].rougeL.toFixed(4)}`,
    );
    for (const measure of measures) figures[`${measure}-${system}`] = rounded(mean[system][measure]);
  }
  for (const measure of measures) {
    for (const baseline of ['lead', 'textrank'] as const) {
      const differences = measured.map(({ scores }) => scores.local[measure] - scores[baseline][measure]);
      const difference = mean.local[measure] - mean[baseline][measure];
      figures[`${measure}-wins-over-${baseline}`] = differences.filter((value) => value > 0).length;
      // The mean with the meeting left out that helps most: whether one meeting makes the result.
      figures[`${measure}-minus-${baseline}-without-best`] = rounded(withoutBest(differences));
      goals.push({ name: `${measure}-minus-${baseline}`, is: rounded(difference), want: '>= 0.0001' });
    }
  }
  const hourMs = measured.map(({ tookMs, meeting }) => (tookMs * wordsPerHour) / Math.max(1, wordsIn(meeting)));
  figures['ms-an-hour-p50'] = rounded(percentile(hourMs, 0.5));
  goals.push({ name: 'ms-an-hour-max', is: rounded(Math.max(...hourMs)), want: '<= 1000' });
  figures['action-items'] = measured.reduce((sum, { minutes }) => sum + minutes.actionItems.length, 0);
  report({ bench: 'minutes', figures, goals });
}

function meansOf(all: readonly Scores[]): Scores {
  const of = (system: (typeof systems)[number]) => meanScores(all.map((scores) => scores[system]));
  return { local: of('local'), lead: of('lead'), textrank: of('textrank') };
}

function withoutBest(differences: readonly number[]): number {
  const rest = differences.toSorted((a, b) => b - a).slice(1);
  return rest.length === 0 ? Number.NaN : rest.reduce((sum, value) => sum + value, 0) / rest.length;
}

function wordsIn({ turns }: Meeting): number {
  return turns.reduce((sum, { content }) => sum + countWords(content), 0);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
