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
import { runLoad, type Moment, type RunOptions, type RunResult } from './run.ts';
import type { Counts } from './tally.ts';

const mb = 2 ** 20;
/** Background requests for each critical one: so many when the load begins, more as it grows, and never fewer. */
const leastRatio = 12;
/** Over how long the ratio is looked at where it was least. */
const windowSeconds = 10;
/** How far apart the recordings' beginnings are in the long one that all are cut from. */
const shiftSeconds = 0.66;
/** How much longer they are than the load: they begin before it, one after the other, and are not to end before it does. */
const marginSeconds = 15;
/** The share of critical requests that are served. */
const wantedShare = 0.994;
const wantedRecoverySeconds = 30;

export const benchmark: Benchmark = {
  describe: 'a server in a small container under a load that kills the same server without governance',
  options: {
    seconds: { type: 'string', default: '600' },
    limit: { type: 'string', default: '256' },
    /** Few, so that twelve times their requests are no more than two cores can send and answer. */
    meetings: { type: 'string', default: '10' },
    /** By how much the background load grows in a minute, as a share of what it begins with: until the twin is dead. */
    growth: { type: 'string', default: '2' },
    /** Seconds after which it grows no more, where there is no twin whose death says when. */
    grows: { type: 'string', default: '120' },
    /**
     * Background requests without an answer, at the most, when the load begins: each with a connection. They grow with the
     * load. Many at once would wait to be connected: Node takes in one at a turn of its loop.
     */
    outstanding: { type: 'string', default: '100' },
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
      const recordedSeconds = seconds + marginSeconds;
      const speechSeconds = Math.max(recordedSeconds, 300) + Math.ceil(meetings * shiftSeconds);
      const speech = makeSpeech(join(dir, 'speech.webm'), speechSeconds);
      const recordings = cutRecordings(dir, speech, meetings, recordedSeconds);
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
        leastRatio,
        maxOutstanding: Number(values['outstanding']),
      };
      const grows = (at: number) => 1 + (growth * at) / 60;
      const runs: RunResult[] = [];
      const run = async (options: Pick<RunOptions, 'name' | 'env' | 'growth'>) => {
        const result = await runLoad({ ...shared, ...options });
        console.log(`# ${options.name}: ${summaryOf(result)}`);
        runs.push(result);
        return result;
      };
      if (values['only'] !== 'governed') {
        await run({ name: 'twin', env: { HANSARD_GOVERNANCE: 'off' }, growth: grows });
      }
      if (values['only'] !== 'twin') {
        // The load grows as it did for the twin, until that was killed, and stays there.
        const until = runs.length === 0 ? Number(values['grows']) : (runs[0]!.death?.atSeconds ?? seconds);
        await run({ name: 'governed', env: { HANSARD_GOVERNANCE: 'on' }, growth: (at) => grows(Math.min(at, until)) });
      }
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, 'oom.json'), JSON.stringify(runs, null, 1));
      writeFileSync(join(out, 'oom.svg'), drawCourse(runs, limitBytes, leastRatio));
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
      linesPerMeeting: 3000,
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
    {
      name: 'background requests offered for each critical one',
      is: round(ratioOf(loadOf(governed), answered), 2),
      want: `>= ${leastRatio}`,
    },
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
    const load = loadOf(run);
    put('background.wantedRatio', Math.max(...run.course.map(({ ratio }) => ratio)));
    put('background.unsent', run.unsent);
    put(
      'background.sentRatio',
      ratioOf(load, ({ begun }) => begun.background),
    );
    put('background.sentRatioLeast', leastRatioOf(load));
    put('background.offeredRatio', ratioOf(load, answered));
    put(
      'background.servedRatio',
      ratioOf(load, ({ background }) => background.served),
    );
    put(
      'cpu.server',
      perSecond(load, ({ cpuSeconds }) => cpuSeconds.server),
    );
    put(
      'cpu.load',
      perSecond(load, ({ cpuSeconds }) => cpuSeconds.load),
    );
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

/** From the beginning of the load to its end, or the server's. */
const loadOf = ({ course }: RunResult) => course.filter(({ ratio, rssBytes }) => ratio > 0 && rssBytes > 0);

/** Load that came to something: done as asked, or turned away with a word on when to come again. */
const answered = ({ background }: Moment): number => background.served + background.refused;

/** Of these background requests, how many there are for each critical one that was sent. */
function ratioOf(course: readonly Moment[], read: (moment: Moment) => number): number {
  const [from, to] = [course[0], course.at(-1)];
  if (!from || !to) return 0;
  return (read(to) - read(from)) / (to.begun.critical - from.begun.critical);
}

/** Of what was sent, where it was least. */
function leastRatioOf(course: readonly Moment[]): number {
  const windows = course.slice(windowSeconds).map((_, from) => course.slice(from, from + windowSeconds + 1));
  return Math.min(...windows.map((window) => ratioOf(window, ({ begun }) => begun.background)));
}

function perSecond(course: readonly Moment[], read: (moment: Moment) => number): number {
  const [from, to] = [course[0], course.at(-1)];
  return from && to ? (read(to) - read(from)) / (to.atSeconds - from.atSeconds) : 0;
}

function servedShare(counts: readonly Counts[]): number {
  const sum = (read: (of: Counts) => number) => counts.reduce((total, of) => total + read(of), 0);
  return sum(({ served }) => served) / sum(({ served, refused, failed, late }) => served + refused + failed + late);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
