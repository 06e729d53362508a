import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeEngineEnv, hansardProgram } from '../load/hansard-server.ts';
import { readProcess } from '../load/process-stats.ts';
import { createServerProcess, type ServerProcess } from '../load/server-process.ts';
import type { SpeechFile } from '../load/speech.ts';
import { percentile } from '../report.ts';
import { startBackground } from './background.ts';
import { makeContainer, type ContainerReading, type MemoryContainer } from './container.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { createLiveMeeting, type LiveMeeting } from './live-meeting.ts';
import { expectServed, makeMeeting, type History } from './prepare.ts';
import { createTally, type Counts, type Tally } from './tally.ts';
import { readBack, type ReadBack } from './read-back.ts';

export interface RunOptions {
  name: string;
  dir: string;
  /** The prepared data, copied for this run. */
  preparedDir: string;
  history: History;
  engineUrl: string;
  env: Readonly<Record<string, string>>;
  limitBytes: number;
  /** A recording of its own for each live meeting, as long as the load. */
  recordings: readonly SpeechFile[];
  /** How long the load goes on, where the server lives so long. */
  seconds: number;
  /** Background requests for each critical one: sent in any case, however slow the answers are. */
  leastRatio: number;
  /** By how much the load has grown after so many seconds, from 1 on: what more is asked, and how many wait for an answer. */
  growth: (seconds: number) => number;
  /** Background requests without an answer, at the most, when the load begins. */
  maxOutstanding: number;
}

/** A second of a run. */
export interface Moment {
  atSeconds: number;
  container: ContainerReading;
  rssBytes: number;
  /** Of the last answer of `/health`; null before one came. */
  level: string | null;
  memory: HealthMemory | null;
  /** What V8 has of the system, used or not; of the last answer of `/metrics`. */
  heapTotalBytes: number | null;
  /** Background requests that were wanted for each critical one. */
  ratio: number;
  /** Since the start. */
  critical: Counts;
  background: Counts;
  /** Requests sent since the start, whatever became of them. */
  begun: { critical: number; background: number };
  outstanding: number;
  /** Since the start: of the server, and of the process that makes the load. */
  cpuSeconds: { server: number; load: number };
}

export interface RunResult {
  name: string;
  /** Null where it lived to the end of the load and beyond. */
  death: { atSeconds: number; code: number | null; signal: NodeJS.Signals | null; kernelKills: number } | null;
  course: Moment[];
  critical: Record<string, Counts>;
  background: Record<string, Counts>;
  unsent: number;
  criticalPerSecond: number;
  criticalP50Ms: number;
  criticalP99Ms: number;
  /** From the end of the load to the level normal; infinite where it did not come. */
  recoveredSeconds: number;
  kept: ReadBack | null;
}

/** A critical answer that comes later than this is none. */
const criticalDeadlineMs = 10_000;
const backgroundDeadlineMs = 60_000;
const beginEveryMs = 40;
const endEverySeconds = 5;
const metricsEverySeconds = 5;
const recoverySeconds = 60;
/** Live meetings before the load begins: what is at rest is seen in the course. */
const calmSeconds = 5;
/** How often the run says how it goes. */
const saySeconds = 30;
/** What is read of a process that has ended. */
const gone = { rssBytes: 0, cpuSeconds: 0 };

interface HealthMemory {
  pressure: number;
  tightest: string | null;
  heapUsedBytes: number;
  externalBytes: number;
}

interface Health {
  level?: string;
  memory?: HealthMemory;
}

/** One server, in a container, under the load; what it did, and in the end what it has of what it acknowledged. */
export async function runLoad(options: RunOptions): Promise<RunResult> {
  const container = makeContainer(`hansard-oom-${process.pid}-${options.name}`, options.limitBytes);
  const dataDir = join(options.dir, options.name);
  cpSync(options.preparedDir, dataDir, { recursive: true });
  // The fake engine hears, and writes nothing: minutes are made here, which is what takes memory.
  const env = { ...fakeEngineEnv(options.engineUrl), HANSARD_MINUTES_ENGINE: 'local', ...options.env };
  const program = hansardProgram(dataDir, env, options.limitBytes);
  const server = await createServerProcess({ ...program, launcher: container.launcher });
  try {
    await server.start();
    return await load(server, container, options);
  } finally {
    await server.kill();
    container.remove();
  }
}

async function load(server: ServerProcess, container: MemoryContainer, options: RunOptions): Promise<RunResult> {
  const { name, recordings, seconds, leastRatio, growth, history } = options;
  const critical = createTally(criticalDeadlineMs);
  const background = createTally(backgroundDeadlineMs);
  // Each has connections of its own, as on machines of their own: every recorder, whoever watches the server, who ends a meeting.
  const client = () => createHttpClient(server.url, { maxSockets: 1, timeoutMs: 30_000 });
  const http = client();
  const prober = client();
  const scraper = client();
  const backgroundHttp = createHttpClient(server.url, { maxSockets: Infinity, timeoutMs: backgroundDeadlineMs });
  const meetings: LiveMeeting[] = recordings.map((recording, index) => {
    const bytes = readFileSync(recording.file);
    return createLiveMeeting({
      url: server.url,
      http: client(),
      tally: critical,
      index,
      bytes,
      bytesPerSecond: recording.bytesPerSecond,
    });
  });
  const timers: NodeJS.Timeout[] = [];
  const toEnd = await prepareEnds(http, Math.ceil(seconds / endEverySeconds));
  for (const meeting of meetings) {
    await meeting.begin();
    timers.push(setInterval(() => meeting.tick(), 1000));
    await sleep(beginEveryMs);
  }

  let health: Health = {};
  const probe = async (): Promise<void> => {
    const answer = await asked(critical, prober, 'health', '/health');
    if (answer) health = JSON.parse(answer) as Health;
  };
  let heapTotalBytes: number | null = null;
  const scrape = async (): Promise<void> => {
    const answer = await asked(critical, scraper, 'metrics', '/metrics');
    if (answer) heapTotalBytes = Number(/^nodejs_heap_size_total_bytes (\S+)/m.exec(answer)?.[1]);
  };
  timers.push(
    setInterval(() => void probe(), 1000),
    setInterval(() => void scrape(), metricsEverySeconds * 1000),
  );

  const criticalPerSecond = meetings.length * (1 + 1 / 5) + 1 + 1 / metricsEverySeconds + 1 / endEverySeconds;
  const course: Moment[] = [];
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000 - calmSeconds;
  let isOver = false;
  const ratio = () => (elapsed() < 0 || isOver ? 0 : leastRatio * growth(elapsed()));
  let criticalBefore = 0;
  const load = startBackground({
    http: backgroundHttp,
    tally: background,
    history,
    rate: () => criticalPerSecond * ratio(),
    least: () => {
      if (elapsed() < 0) criticalBefore = critical.begun;
      return leastRatio * (critical.begun - criticalBefore);
    },
    maxOutstanding: () => Math.round(options.maxOutstanding * growth(Math.max(0, elapsed()))),
  });
  const look = (): void => {
    const { rssBytes, cpuSeconds } = server.end() ? gone : readProcess(server.pid);
    course.push({
      atSeconds: elapsed(),
      container: container.read(),
      rssBytes,
      level: health.level ?? null,
      memory: health.memory ?? null,
      heapTotalBytes,
      ratio: ratio(),
      critical: critical.total(),
      background: background.total(),
      begun: { critical: critical.begun, background: background.begun },
      outstanding: background.outstanding,
      cpuSeconds: { server: cpuSeconds, load: readProcess(process.pid).cpuSeconds },
    });
  };

  let nextEnd = 0;
  let nextWord = 0;
  while (elapsed() < seconds && !server.end()) {
    await sleep(1000);
    look();
    if (elapsed() > nextWord * saySeconds) {
      nextWord += 1;
      console.log(`# ${name} at ${momentOf(course.at(-1)!)}`);
    }
    if (elapsed() > nextEnd * endEverySeconds && nextEnd < toEnd.length) void endMeeting(toEnd[nextEnd++]!);
  }
  async function endMeeting(id: string): Promise<void> {
    const settle = critical.begin('end');
    settle((await http.ask({ method: 'POST', path: `/api/v1/meetings/${id}/end` })).outcome);
  }

  const deadAtSeconds = elapsed();
  isOver = true;
  load.stop();
  backgroundHttp.close();
  let recoveredSeconds = Infinity;
  const loadEndedAt = performance.now();
  while (!server.end() && performance.now() - loadEndedAt < recoverySeconds * 1000) {
    health = {};
    await probe();
    look();
    if (health.level === 'normal') {
      recoveredSeconds = (performance.now() - loadEndedAt) / 1000;
      break;
    }
    await sleep(250);
  }
  for (const timer of timers) clearInterval(timer);
  let kept: ReadBack | null = null;
  if (!server.end()) {
    await Promise.all(meetings.map((meeting) => meeting.finish()));
    kept = await readBack({ url: server.url, dir: options.dir, meetings, recordings });
  }
  const end = server.end();
  for (const meeting of meetings) meeting.close();
  for (const one of [http, prober, scraper]) one.close();
  critical.close();
  background.close();
  return {
    name,
    death: end && { ...end, atSeconds: deadAtSeconds, kernelKills: container.read().kills },
    course,
    critical: critical.counts(),
    background: background.counts(),
    unsent: load.unsent,
    criticalPerSecond,
    criticalP50Ms: percentile(critical.latenciesMs, 0.5),
    criticalP99Ms: percentile(critical.latenciesMs, 0.99),
    recoveredSeconds,
    kept,
  };
}

function momentOf({ atSeconds, container, level, begun, background, outstanding }: Moment): string {
  const memory = `${Math.round(container.workingSetBytes / 2 ** 20)} MB, ${level ?? 'no answer'}`;
  const sent = `${begun.critical} critical and ${begun.background} background requests sent`;
  return `${Math.round(atSeconds)} s: ${memory}; ${sent}, ${background.served} of those served, ${background.refused} refused, ${outstanding} open`;
}

/** Short meetings with a line each, to be ended while the load goes on. */
async function prepareEnds(http: HttpClient, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = await makeMeeting(http, `To be ended ${index}`);
    const line = { externalId: 'only', speaker: null, startMs: 0, endMs: 2000, text: 'We send the offer on Friday.' };
    await expectServed(
      http,
      `/api/v1/meetings/${id}/segments`,
      JSON.stringify({ source: 'captions', segments: [line] }),
    );
    ids.push(id);
  }
  return ids;
}

async function asked(tally: Tally, http: HttpClient, name: string, path: string): Promise<string | null> {
  const settle = tally.begin(name);
  const { outcome, text } = await http.ask({ path, keepText: true });
  settle(outcome);
  return outcome === 'served' ? text : null;
}
