import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meetingPage } from '@hansard/protocol';
import { buildHansard, hansardProgram } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import type { Benchmark } from '../main.ts';
import { percentile, report } from '../report.ts';
import { prepareDatabase } from './prepare.ts';
import { createQuestions } from './questions.ts';

interface Asked {
  tookMs: number;
  found: number;
  cursor: string | null;
}

export const benchmark: Benchmark = {
  describe: 'lists and searches of many meetings, over HTTP, each kind of question in turn',
  options: {
    meetings: { type: 'string', default: '100000' },
    /** Questions of each kind. */
    rounds: { type: 'string', default: '100' },
  },
  async run(values) {
    const meetings = Number(values['meetings']);
    const rounds = Number(values['rounds']);
    const dir = await mkdtemp(join(tmpdir(), 'hansard-list-'));
    buildHansard();
    const server = await createServerProcess(hansardProgram(dir, { HANSARD_ENGINE: 'none' }));
    try {
      const startedAt = performance.now();
      const prepared = await prepareDatabase(join(dir, 'hansard.sqlite'), meetings);
      const preparedMs = performance.now() - startedAt;
      console.log(`# ${meetings} meetings, ${prepared.segments} lines, made in ${(preparedMs / 1000).toFixed(1)} s`);
      await server.start();
      const cursors = await walk(server.url, meetings);
      const questions = createQuestions(prepared, cursors);
      const times = new Map(Object.keys(questions).map((kind) => [kind, [] as number[]]));
      for (let round = -warmUpRounds; round < rounds; round += 1) {
        for (const [kind, question] of Object.entries(questions)) {
          const { tookMs } = await ask(server.url, question());
          if (round >= 0) times.get(kind)!.push(tookMs);
        }
      }
      finish(times, { meetings, segments: prepared.segments });
    } finally {
      await server.kill();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

const warmUpRounds = 3;
const largestPage = 200;

/** Goes through the whole list, and sees that it is whole. Gives the cursors met. */
async function walk(url: string, meetings: number): Promise<string[]> {
  const cursors: string[] = [];
  let found = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Asked = await ask(url, { limit: String(largestPage), ...(cursor && { cursor }) });
    found += page.found;
    cursor = page.cursor;
    if (cursor !== null) cursors.push(cursor);
  }
  if (found !== meetings) throw new Error(`The list has ${found} meetings of ${meetings}.`);
  return cursors;
}

/** Asks, and reads the answer to its end; looking into it is not counted. */
async function ask(url: string, query: Record<string, string>): Promise<Asked> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}/api/v1/meetings?${new URLSearchParams(query)}`);
  const text = await answer.text();
  const tookMs = performance.now() - startedAt;
  if (!answer.ok) throw new Error(`${JSON.stringify(query)} was answered ${answer.status}: ${text}`);
  const page = meetingPage.parse(JSON.parse(text));
  return { tookMs, found: page.meetings.length, cursor: page.cursor };
}

function finish(times: ReadonlyMap<string, number[]>, figures: Record<string, number>): void {
  console.log('# ms p50 / p95 / max');
  for (const [kind, each] of times) {
    const shown = [0.5, 0.95, 1].map((p) => percentile(each, p).toFixed(1)).join(' / ');
    console.log(`#   ${kind.padEnd(28)} ${shown}`);
  }
  const rounded = (value: number) => Math.round(value * 100) / 100;
  const p95s = [...times].map(([kind, each]) => [`${kind} p95 ms`, rounded(percentile(each, 0.95))] as const);
  const all = [...times.values()].flat();
  report({
    bench: 'list',
    figures: { ...figures, 'p50 ms': rounded(percentile(all, 0.5)), ...Object.fromEntries(p95s) },
    goals: [
      { name: 'p95 ms of all questions', is: rounded(percentile(all, 0.95)), want: '<= 30' },
      { name: 'p95 ms of the slowest kind', is: Math.max(...p95s.map(([, p95]) => p95)), want: '<= 30' },
    ],
  });
}
