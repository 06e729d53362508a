import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api } from '@hansard/client';
import { buildHansard, hansardProgram } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { documentQuestions, type DocumentQuestion } from './document-questions.ts';
import { holdsAnswer, rankOf, scoreOf, type FoundPassage } from './judge.ts';
import { miniSearches } from './mini-search.ts';
import { readJudgedMeetings, type JudgedMeeting } from './qmsum.ts';
import { addDocuments, addTranscript, apiOf, drain, passagesFor, roomPassages, turnMs } from './served.ts';

/** A question to one meeting, what the server found, and what is right. */
interface Trial {
  meetingId: string;
  question: string;
  /** Counted in each of these. */
  groups: string[];
  found: FoundPassage[];
  isRelevant: (passage: FoundPassage) => boolean;
}

const sides = ['hansard', 'mini', 'fuzzy'] as const;
type Ranks = Record<(typeof sides)[number], number>;

/** Meetings that the documents are shared out to: a PDF file each, and some of the others. */
const documentMeetings = 4;

export const benchmark: Benchmark = {
  describe:
    'what is found for questions on transcripts and documents, through a real server, against MiniSearch on the same passages',
  options: { data: { type: 'string' } },
  async run({ data }) {
    if (typeof data !== 'string') throw new Error('Give --data DIR: a folder of meetings in the format of QMSum.');
    const dir = await mkdtemp(join(tmpdir(), 'hansard-retrieval-'));
    buildHansard();
    const env = { HANSARD_ENGINE: 'none', HANSARD_ANSWERS_ENGINE: 'quotes', HANSARD_EMBEDDINGS: 'none' };
    const server = await createServerProcess(hansardProgram(dir, env));
    try {
      await server.start();
      const api = apiOf(server);
      const trials = await askTranscripts(api, readJudgedMeetings(data));
      const questions = await documentQuestions();
      const meetingOf = await shareOut(api, questions);
      trials.push(...(await askDocuments(api, questions, meetingOf)));
      const refusals = await countRefusals(api, questions, meetingOf);
      const names = await documentNames(api, new Set(meetingOf.values()));
      await drain(server);
      conclude(await judge(dir, trials, names), refusals);
    } finally {
      await server.kill();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function askTranscripts(api: Api, meetings: readonly JudgedMeeting[]): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const meeting of meetings) {
    const meetingId = await addTranscript(api, meeting);
    for (const { question, spans } of meeting.queries) {
      trials.push({
        ...{ meetingId, question, groups: ['meetings'] },
        found: await passagesFor(api, meetingId, question),
        isRelevant: ({ startMs, endMs }) =>
          spans.some(({ first, last }) => startMs < (last + 1) * turnMs && endMs >= first * turnMs),
      });
    }
  }
  return trials;
}

/** Gives the meeting of each document. */
async function shareOut(api: Api, questions: readonly DocumentQuestion[]): Promise<Map<string, string>> {
  const names = [...new Set(questions.flatMap(({ document }) => document ?? []))];
  const isPdf = (name: string) => name.endsWith('.pdf');
  const meetingOf = new Map<string, string>();
  const shares = Array.from({ length: documentMeetings }, (_, share) =>
    [names.filter(isPdf), names.filter((name) => !isPdf(name))].flatMap((kind) =>
      kind.filter((_, index) => index % documentMeetings === share),
    ),
  );
  for (const [share, documents] of shares.entries()) {
    const meetingId = await addDocuments(api, `documents ${share + 1}`, documents);
    for (const name of documents) meetingOf.set(name, meetingId);
  }
  return meetingOf;
}

async function askDocuments(
  api: Api,
  questions: readonly DocumentQuestion[],
  meetingOf: ReadonlyMap<string, string>,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const [index, { document, kind, question, answers }] of answerable(questions).entries()) {
    const meetingId = meetingOf.get(document)!;
    trials.push({
      ...{ meetingId, question, groups: ['documents', `documents-${half(index)}`, `${kind}`] },
      found: await passagesFor(api, meetingId, question),
      isRelevant: ({ documentName, text }) =>
        documentName === document && answers.some((answer) => holdsAnswer(text, answer)),
    });
  }
  return trials;
}

const answerable = (questions: readonly DocumentQuestion[]) =>
  questions.flatMap((question) => (question.document === null ? [] : [{ ...question, document: question.document }]));

/** Retrieval and the threshold of refusal were tuned on every other question; those between are the ones that tell. */
const half = (index: number): 'tuned' | 'held' => (index % 2 === 0 ? 'tuned' : 'held');

/** Shares of the held questions that were refused: that have an answer in the meeting, and that have none anywhere. */
async function countRefusals(
  api: Api,
  questions: readonly DocumentQuestion[],
  meetingOf: ReadonlyMap<string, string>,
): Promise<Record<string, number>> {
  const outcomes: Record<string, boolean[]> = {};
  const ask = async (group: string, meetingId: string, question: string) => {
    const { answered } = await api.ask(meetingId, question);
    (outcomes[group] ??= []).push(!answered);
  };
  const meetings = new Set(meetingOf.values());
  for (const [index, { document, question }] of answerable(questions).entries()) {
    const own = meetingOf.get(document)!;
    await ask(`refused-answerable-${half(index)}`, own, question);
    for (const other of meetings) if (other !== own) await ask(`refused-elsewhere-${half(index)}`, other, question);
  }
  const nowhere = questions.filter(({ document }) => document === null);
  for (const [index, { question }] of nowhere.entries()) {
    for (const meetingId of meetings) await ask(`refused-unanswerable-${half(index)}`, meetingId, question);
  }
  const share = (refused: boolean[]) => refused.filter(Boolean).length / refused.length;
  return Object.fromEntries(Object.entries(outcomes).map(([group, refused]) => [group, rounded(share(refused))]));
}

async function documentNames(api: Api, meetings: ReadonlySet<string>): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const meetingId of meetings) {
    for (const { id, name } of (await api.listDocuments(meetingId)).documents) names.set(id, name);
  }
  return names;
}

/** Asks MiniSearch the same of the same passages, and ranks what each side found. */
async function judge(
  dataDir: string,
  trials: readonly Trial[],
  names: ReadonlyMap<string, string>,
): Promise<{ groups: string[]; ranks: Ranks; isReachable: boolean }[]> {
  const rooms = new Map<string, Awaited<ReturnType<typeof openRoom>>>();
  const openRoom = async (meetingId: string) => {
    const passages = await roomPassages(dataDir, meetingId, names);
    return { passages, texts: new Set(passages.map(({ text }) => text)), search: miniSearches(passages) };
  };
  const judged = [];
  for (const { meetingId, question, groups, found, isRelevant } of trials) {
    const room = rooms.get(meetingId) ?? (await openRoom(meetingId));
    rooms.set(meetingId, room);
    if (found.some(({ text }) => !room.texts.has(text)))
      throw new Error('The server found what its room does not have.');
    const ranks = {
      hansard: rankOf(found, isRelevant),
      mini: rankOf(room.search.mini(question), isRelevant),
      fuzzy: rankOf(room.search.fuzzy(question), isRelevant),
    };
    judged.push({ groups, ranks, isReachable: room.passages.some(isRelevant) });
  }
  return judged;
}

function conclude(judged: Awaited<ReturnType<typeof judge>>, refusals: Record<string, number>): void {
  const figures: Record<string, number> = {};
  const goals: Goal[] = [];
  for (const group of new Set(judged.flatMap(({ groups }) => groups))) {
    const of = judged.filter(({ groups }) => groups.includes(group));
    figures[`${group}-questions`] = of.length;
    figures[`${group}-without-a-passage`] = of.filter(({ isReachable }) => !isReachable).length;
    console.log(`\n## ${group}: ${of.length} questions`);
    for (const side of sides) {
      const { hitAt5, mrr } = scoreOf(of.map(({ ranks }) => ranks[side]));
      console.log(`${side.padEnd(8)} in the first 5: ${hitAt5.toFixed(3)}  MRR ${mrr.toFixed(3)}`);
      figures[`${group}-hit5-${side}`] = rounded(hitAt5);
      figures[`${group}-mrr-${side}`] = rounded(mrr);
    }
    if (!judgedGroups.includes(group)) continue;
    for (const measure of ['hit5', 'mrr']) {
      const ours = figures[`${group}-${measure}-hansard`]!;
      const theirs = Math.max(figures[`${group}-${measure}-mini`]!, figures[`${group}-${measure}-fuzzy`]!);
      goals.push({ name: `${group}-${measure}-minus-better-mini`, is: rounded(ours - theirs), want: '>= 0.0001' });
    }
  }
  for (const [name, share] of Object.entries(refusals)) {
    console.log(`${name}: ${share}`);
    figures[name] = share;
  }
  report({ bench: 'retrieval', figures, goals });
}

const judgedGroups = ['meetings', 'documents', 'documents-held'];

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
