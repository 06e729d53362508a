import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLiveMemory, type LiveMemory } from '../load/inspector.ts';
import { readProcess } from '../load/process-stats.ts';
import { createServerProcess, type ServerProcess } from '../load/server-process.ts';
import type { SpeechFile } from '../load/speech.ts';
import { median, percentile } from '../report.ts';
import type { Contestant } from './contestants.ts';
import type { Loss, Viewers } from './sessions/session.ts';
import { mergeLosses, mergeReadings } from './merge.ts';
import { startGenerators, type Generators } from './generators.ts';

type CallWithout = 'open' | 'watch' | 'pause' | 'reset' | 'read' | 'expectDrops' | 'findLoss';

export interface TrialOptions {
  sessions: number;
  /** Length of the window in which it is measured. */
  seconds: number;
  /** Sessions begin spread over so long. */
  rampSeconds: number;
  /** Waited after each change, before memory is read. */
  settleSeconds: number;
  generators: number;
  viewers: Viewers;
  engineUrl: string;
  speech: SpeechFile;
}

export interface Trial {
  ackP50Ms: number;
  ackP99Ms: number;
  cpuMsPerAudioSecond: number;
  /** Of one core. */
  cpuShare: number;
  /** Audio acknowledged in the window against audio recorded in it: 1 where the server keeps up. */
  audioShare: number;
  /** Once garbage was collected, but for `sending`, where it is as it comes. */
  rss: {
    /** Before any session. */
    empty: number;
    /** Each recorder connected to its meeting. */
    idle: number;
    /** And its track open, nothing sent. */
    opened: number;
    /** And watched, by a viewer's connection or its own. */
    watched: number;
    sending: number;
    /** After all stopped sending, still connected. */
    rested: number;
  };
  /** After all stopped sending. */
  live: LiveMemory;
  journalIndexBytes: number;
  loss: Loss;
  restartMs: number;
  drops: number;
  errors: Record<string, number>;
  lines: number;
  generatorDelayP99Ms: number;
}

const rssSamples = 3;
/** No line of transcript for so long: nothing waits. */
const quietSeconds = 3;
const maxQuietSeconds = 90;

/** One server under one number of sessions: connected, ready, watched, sending, at rest, killed while sending, started again. */
export async function runTrial(contestant: Contestant, options: TrialOptions): Promise<Trial> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hansard-bench-'));
  const server = await createServerProcess(contestant.program(dataDir, options.engineUrl));
  const generators = startGenerators(options.generators);
  try {
    return await measure(contestant, options, { dataDir, server, generators });
  } finally {
    await generators.stop();
    await server.kill();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function measure(
  { kind }: Contestant,
  { sessions, seconds, rampSeconds, settleSeconds, viewers, speech }: TrialOptions,
  { dataDir, server, generators }: { dataDir: string; server: ServerProcess; generators: Generators },
): Promise<Trial> {
  const settle = async () => {
    await sleep(settleSeconds * 1000);
    const live = await readLiveMemory(server);
    return { live, rss: median(await sampleRss(server, rssSamples)) };
  };
  const all = <Name extends CallWithout>(name: Name) => generators.call(name, () => undefined);

  await server.start();
  const { rss: empty } = await settle();
  await generators.call('connect', (index) => ({
    kind,
    url: server.url,
    dataDir,
    prefix: `session-${index}`,
    sessions: share(sessions, generators.count, index),
    viewers,
    speech,
  }));
  const { rss: idle } = await settle();
  await all('open');
  const { rss: opened } = await settle();
  await all('watch');
  const { rss: watched } = await settle();

  await generators.call('send', () => ({ rampMs: rampSeconds * 1000 }));
  await sleep((rampSeconds + settleSeconds) * 1000);
  await all('reset');
  const { cpuSeconds: cpuBefore } = readProcess(server.pid);
  const startedAt = performance.now();
  const sending = median(await sampleRss(server, seconds));
  const cpuSeconds = readProcess(server.pid).cpuSeconds - cpuBefore;
  const windowSeconds = (performance.now() - startedAt) / 1000;
  const window = mergeReadings(await all('read'));

  await all('pause');
  if (kind === 'hansard') await untilQuiet(generators);
  const { rss: rested, live } = await settle();
  const journalIndexBytes = await readJournalIndex(server.url);

  // Killed while all of them send.
  await generators.call('send', () => ({ rampMs: 1000 }));
  await sleep(settleSeconds * 1000);
  const { drops, errors } = mergeReadings(await all('read'));
  await all('expectDrops');
  await server.kill();
  await all('pause');
  const restartMs = await server.start();
  const loss = mergeLosses(await all('findLoss'));

  return {
    ackP50Ms: percentile(window.latenciesMs, 0.5),
    ackP99Ms: percentile(window.latenciesMs, 0.99),
    cpuMsPerAudioSecond: (cpuSeconds * 1000) / (window.acknowledgedBytes / speech.bytesPerSecond),
    cpuShare: cpuSeconds / windowSeconds,
    audioShare: window.acknowledgedBytes / speech.bytesPerSecond / (sessions * windowSeconds),
    rss: { empty, idle, opened, watched, sending, rested },
    live,
    journalIndexBytes,
    loss,
    restartMs,
    drops,
    errors,
    lines: window.lines,
    generatorDelayP99Ms: window.ownDelayP99Ms,
  };
}

/** Chunks that wait for the engine or are with it hold their sound; what is held at rest is read after them. */
async function untilQuiet(generators: Generators): Promise<void> {
  const linesSeen = async () => mergeReadings(await generators.call('read', () => undefined)).lines;
  let lines = -1;
  for (let waitedSeconds = 0; waitedSeconds < maxQuietSeconds; waitedSeconds += quietSeconds) {
    const seen = await linesSeen();
    if (seen === lines) return;
    lines = seen;
    await sleep(quietSeconds * 1000);
  }
}

/** A sample a second. */
async function sampleRss({ pid }: ServerProcess, seconds: number): Promise<number[]> {
  const samples: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    await sleep(1000);
    samples.push(readProcess(pid).rssBytes);
  }
  return samples;
}

/** 0 for servers without a journal. */
async function readJournalIndex(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`);
  const metrics = answer.ok ? await answer.text() : '';
  return Number(/^hansard_journal_index_bytes (\S+)/m.exec(metrics)?.[1] ?? 0);
}

function share(whole: number, parts: number, index: number): number {
  return Math.floor((whole * (index + 1)) / parts) - Math.floor((whole * index) / parts);
}
