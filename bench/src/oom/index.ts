import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildHansard, fakeEngineEnv, hansardProgram } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import { cutSpeech, makeSpeech, type SpeechFile } from '../load/speech.ts';
import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { makeContainer } from './container.ts';
import { drawCourse } from './course.ts';
import { createHttpClient } from './http-client.ts';
import { prepareHistory, type History } from './prepare.ts';
import { runLoad, type RunOptions, type RunResult } from './run.ts';
import type { Counts } from './tally.ts';

const mb = 2 ** 20;
/** Background requests for each critical one when the load begins. */
const firstRatio = 12;
/** How far apart the recordings' beginnings are in the long one that all are cut from. */
const shiftSeconds = 0.66;
/** The share of critical requests that are served. */
const wantedShare = 0.994;
const wantedRecoverySeconds = 30;

export const benchmark: Benchmark = {
  describe: 'a server in a small container under a load that kills the same server without governance',
  options: {
    seconds: { type: 'string', default: '600' },
    limit: { type: 'string', default: '256' },
    meetings: { type: 'string', default: '30' },
    /** By how much the background load grows in a minute, as a share of what it begins with. */
    growth: { type: 'string', default: '1' },
    /**
     * Background requests without an answer, at the most, each with a connection. Fewer than a listening socket queues (511):
     * Node takes one of those in at a turn of its loop, so that beyond, the queue is measured and not the server.
     */
    outstanding: { type: 'string', default: '500' },
    /** Of `twin` and `governed`. */
    only: { type: 'string' },
    /** Where the course goes, as JSON and as a plot. */
    out: { type: 'string', default: join(tmpdir(), 'hansard-oom') },
  },
  async run(values) {
    const seconds = Number(values['seconds']);
    const limitBytes = Number(values['limit']) * mb;
    const out = resolve(String(values['out']));
    // Told before anything is prepared.
    const trial = makeContainer(`hansard-oom-${process.pid}`, limitBytes);
    console.log(`# a container of ${limitBytes / mb} MB by cgroup v${trial.version}`);
    trial.remove();
    buildHansard();
    const dir = await mkdtemp(join(tmpdir(), 'hansard-oom-'));
    const engine = await createServerProcess({ file: join(import.meta.dirname, '../load/fake-engine.ts') });
    try {
      await engine.start();
      const meetings = Number(values['meetings']);
      const speech = makeSpeech(join(dir, 'speech.webm'), Math.max(seconds, 300) + Math.ceil(meetings * shiftSeconds));
      const recordings = cutRecordings(dir, speech, meetings, seconds);
      const preparedDir = join(dir, 'prepared');
      const history = await prepare(preparedDir, { dir, speech, engineUrl: engine.url });
      const growth = Number(values['growth']);
      const shared = {
        dir,
        preparedDir,
        history,
        engineUrl: engine.url,
        limitBytes,
        recordings,
        seconds,
        maxOutstanding: Number(values['outstanding']),
      };
      const grows = (at: number) => firstRatio * (1 + (growth * at) / 60);
      const runs: RunResult[] = [];
      const run = async (options: Pick<RunOptions, 'name' | 'env' | 'ratio'>) => {
        const result = await runLoad({ ...shared, ...options });
        console.log(`# ${options.name}: ${summaryOf(result)}`);
        runs.push(result);
        return result;
      };
      if (values['only'] !== 'governed') {
        await run({ name: 'twin', env: { HANSARD_GOVERNANCE: 'off' }, ratio: grows });
      }
      if (values['only'] !== 'twin') {
        // The load grows as it did for the twin, until that was killed, and stays there.
        const until = runs[0]?.death?.atSeconds ?? seconds;
        await run({ name: 'governed', env: { HANSARD_GOVERNANCE: 'on' }, ratio: (at) => grows(Math.min(at, until)) });
      }
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, 'oom.json'), JSON.stringify(runs, null, 1));
      writeFileSync(join(out, 'oom.svg'), drawCourse(runs, limitBytes));
      console.log(`# the course: ${join(out, 'oom.json')}, ${join(out, 'oom.svg')}`);
      report({ bench: 'oom', figures: figuresOf(runs), goals: goalsOf(runs, seconds) });
    } finally {
      await engine.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    }
  },
};

function cutRecordings(dir: string, speech: SpeechFile, count: number, seconds: number): SpeechFile[] {
  return Array.from({ length: count }, (_, index) => {
    const file = join(dir, `recorded-${index}.webm`);
    cutSpeech(speech.file, index * shiftSeconds, seconds, file);
    return { file, seconds, bytesPerSecond: speech.bytesPerSecond };
  });
}

async function prepare(
  dataDir: string,
  { dir, speech, engineUrl }: { dir: string; speech: SpeechFile; engineUrl: string },
): Promise<History> {
  const server = await createServerProcess(hansardProgram(dataDir, fakeEngineEnv(engineUrl)));
  const http = createHttpClient(server.url, { maxSockets: 4, timeoutMs: 120_000 });
  try {
    await server.start();
    return await prepareHistory({
      url: server.url,
      http,
      dir,
      speech,
      meetings: 20,
      linesPerMeeting: 1500,
      meetingsWithAudio: 10,
    });
  } finally {
    http.close();
    await server.kill();
  }
}

function goalsOf(runs: readonly RunResult[], seconds: number): Goal[] {
  const twin = runs.find(({ name }) => name === 'twin');
  const governed = runs.find(({ name }) => name === 'governed');
  const goals: Goal[] = [];
  if (twin) goals.push({ name: 'the twin without governance is killed (1)', is: twin.death ? 1 : 0, want: '== 1' });
  if (!governed) return goals;
  const { death, critical, recoveredSeconds, kept } = governed;
  goals.push(
    { name: 'seconds that ours lives', is: Math.round(death?.atSeconds ?? seconds), want: `>= ${seconds}` },
    { name: 'acknowledged bytes lost', is: kept ? kept.lostBytes + kept.wrongBytes : Infinity, want: '== 0' },
    { name: 'accepted lines lost', is: kept?.lostLines ?? Infinity, want: '== 0' },
    {
      name: 'share of critical requests served',
      is: round(servedShare(Object.values(critical)), 5),
      want: `>= ${wantedShare}`,
    },
    { name: 'seconds to the level normal', is: round(recoveredSeconds, 2), want: `<= ${wantedRecoverySeconds}` },
  );
  return goals;
}

function figuresOf(runs: readonly RunResult[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const run of runs) {
    const put = (name: string, value: number) => (figures[`${run.name}.${name}`] = round(value, 5));
    put('livedSeconds', run.death?.atSeconds ?? run.course.at(-1)?.atSeconds ?? 0);
    put('killedByKernel', run.death?.kernelKills ?? 0);
    put('highestWorkingSetMB', Math.max(...run.course.map(({ container }) => container.workingSetBytes)) / mb);
    put('criticalPerSecond', run.criticalPerSecond);
    put('criticalServedShare', servedShare(Object.values(run.critical)));
    put('criticalP50Ms', run.criticalP50Ms);
    put('criticalP99Ms', run.criticalP99Ms);
    put('backgroundRatio', Math.max(...run.course.map(({ ratio }) => ratio)));
    put('backgroundUnsent', run.unsent);
    put('backgroundSentRatio', sentRatio(run));
    for (const [name, counts] of [...Object.entries(run.critical), ...Object.entries(run.background)]) {
      for (const [outcome, count] of Object.entries(counts)) if (count > 0) put(`${name}.${outcome}`, count);
    }
    for (const [name, value] of Object.entries(run.kept ?? {})) put(`kept.${name}`, value);
  }
  return figures;
}

function summaryOf({ death, critical, background, recoveredSeconds, kept, course }: RunResult): string {
  const end = death
    ? `ended after ${Math.round(death.atSeconds)} s with ${death.signal ?? death.code} (kills by the kernel: ${death.kernelKills})`
    : `lived; normal after ${recoveredSeconds.toFixed(1)} s; ${JSON.stringify(kept)}`;
  const levels = [...new Set(course.map(({ level }) => level))].join(', ');
  return `${end}\n#   levels: ${levels}\n#   critical: ${JSON.stringify(critical)}\n#   background: ${JSON.stringify(background)}`;
}

/** Background requests that had their outcome, for each critical one, from the beginning of the load to its end. */
function sentRatio({ course }: RunResult): number {
  const from = course.find(({ atSeconds }) => atSeconds >= 0);
  const to = course.findLast(({ ratio }) => ratio > 0);
  if (!from || !to) return 0;
  const sum = ({ served, refused, failed, late }: Counts) => served + refused + failed + late;
  return (sum(to.background) - sum(from.background)) / (sum(to.critical) - sum(from.critical));
}

function servedShare(counts: readonly Counts[]): number {
  const sum = (read: (of: Counts) => number) => counts.reduce((total, of) => total + read(of), 0);
  return sum(({ served }) => served) / sum(({ served, refused, failed, late }) => served + refused + failed + late);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
