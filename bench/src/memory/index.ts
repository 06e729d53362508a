import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHansard } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import { makeSpeech, readSpeech, type Speech } from '../load/speech.ts';
import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { createTalk } from './talk.ts';
import { judgeFloor } from './floor.ts';
import { openAndEnd } from './leak.ts';
import { holdMeeting } from './meeting.ts';
import { startWatchedServer } from './watched-server.ts';

const mb = 2 ** 20;
const minuteMs = 60_000;
const settledAfter = 500;
/** What the caches may take in the leak run: full before the floor is judged, so that they don't grow under it. */
const leakCacheBytes = mb;
const wantedRise = 0.02;
/** What is said in a live meeting is held for ten minutes, so that after twelve as much is held as after the hour. */
const textMinutes = 12;
const maxTextBufferBytes = 48 * 1024;
const maxHeldBytes = mb;
/** Lines that come all at once, more than a meeting may hold. */
const floodLines = 10_000;
const floodWords = 60;

export const benchmark: Benchmark = {
  describe:
    'what meetings hold in memory, and whether it is let go: one of an hour, ten at once, thousands one after the other',
  options: {
    /** Of the recorded meetings, sent as fast as the server takes it. */
    minutes: { type: 'string', default: '60' },
    meetings: { type: 'string', default: '3000' },
    /** Meetings between two floors. */
    every: { type: 'string', default: '500' },
    /** Of `text`, `one`, `ten` and `leak`. */
    only: { type: 'string' },
  },
  async run(values) {
    buildHansard();
    const dir = await mkdtemp(join(tmpdir(), 'hansard-memory-'));
    const engine = await createServerProcess({ file: join(import.meta.dirname, '../load/fake-engine.ts') });
    try {
      await engine.start();
      const minutes = Number(values['minutes']);
      const speechOf = (name: string, seconds: number) => readSpeech(makeSpeech(join(dir, name), seconds));
      const figures: Record<string, number> = {};
      const goals: Goal[] = [];
      const scenarios: Record<string, () => Promise<void>> = {
        one: () => recorded('one', 1, engine.url, speechOf('hour.webm', minutes * 60), minutes, { figures, goals }),
        ten: () => recorded('ten', 10, engine.url, speechOf('hour.webm', minutes * 60), minutes, { figures, goals }),
        text: () => text(engine.url, { figures, goals }),
        leak: () =>
          leak(
            engine.url,
            speechOf('short.webm', 6),
            { figures, goals },
            {
              meetings: Number(values['meetings']),
              every: Number(values['every']),
            },
          ),
      };
      const only = values['only'];
      const names = only === undefined ? Object.keys(scenarios) : String(only).split(',');
      // The text goes on in real time: the leak run is beside it, against a server of its own.
      for (const name of names.filter((name) => name === 'one' || name === 'ten')) await scenarios[name]!();
      await Promise.all(names.filter((name) => name === 'text' || name === 'leak').map((name) => scenarios[name]!()));
      report({ bench: 'memory', figures, goals });
    } finally {
      await engine.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    }
  },
};

interface Out {
  figures: Record<string, number>;
  goals: Goal[];
}

/** Meetings of so many minutes at once, with speech and captions, time-compressed. */
async function recorded(
  name: string,
  count: number,
  engineUrl: string,
  speech: Speech,
  minutes: number,
  { figures, goals }: Out,
): Promise<void> {
  const server = await startWatchedServer(engineUrl);
  try {
    const before = await server.floorBytes();
    const one = (index: number) => {
      const talk = createTalk(index + 1);
      return holdMeeting({
        url: server.url,
        title: `Meeting ${index}`,
        speech,
        lines: talk.lines(Math.ceil((minutes * minuteMs) / talk.msPerLine)),
        linesPerPost: 10,
        msPerLine: talk.msPerLine,
        pauseMs: 0,
      });
    };
    await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
    const cacheBytes = await server.cacheBytes();
    const after = await server.floorBytes();
    put(figures, name, {
      meetings: count,
      minutes,
      restRssMB: server.restRssBytes / mb,
      peakRssMB: server.peakRssBytes() / mb,
      heldByLargestKB: server.mostHeldByMeeting / 1024,
      floorBeforeMB: before / mb,
      floorAfterMB: after / mb,
      cachesAfterKB: cacheBytes / 1024,
    });
    console.log(
      `# ${name}: peak RSS ${(server.peakRssBytes() / mb).toFixed(0)} MB, largest meeting ${(server.mostHeldByMeeting / 1024).toFixed(0)} KB`,
    );
    goals.push({
      name: `bytes that a meeting holds (${name})`,
      is: server.mostHeldByMeeting,
      want: `<= ${maxHeldBytes}`,
    });
  } finally {
    await server.stop();
  }
}

/** Four people by captions in real time; then one that is flooded with text. */
async function text(engineUrl: string, { figures, goals }: Out): Promise<void> {
  const server = await startWatchedServer(engineUrl);
  try {
    const talk = createTalk(7);
    const lines = talk.lines(Math.ceil((textMinutes * minuteMs) / talk.msPerLine));
    await holdMeeting({
      url: server.url,
      title: 'Four people',
      lines,
      linesPerPost: 1,
      msPerLine: talk.msPerLine,
      pauseMs: talk.msPerLine,
    });
    const bufferBytes = server.mostBufferBytes;
    console.log(`# text: at most ${(bufferBytes / 1024).toFixed(1)} KB of lines in memory`);
    await holdMeeting({
      url: server.url,
      title: 'Flooded',
      lines: talk.lines(floodLines, floodWords),
      linesPerPost: 500,
      msPerLine: 100,
      pauseMs: 0,
    });
    put(figures, 'text', {
      minutes: textMinutes,
      lines: lines.length,
      bufferKB: bufferBytes / 1024,
      floodedKB: server.mostHeldByMeeting / 1024,
      peakRssMB: server.peakRssBytes() / mb,
    });
    goals.push(
      {
        name: 'bytes that the text meeting of 4 holds in its buffer',
        is: bufferBytes,
        want: `<= ${maxTextBufferBytes}`,
      },
      { name: 'bytes that a flooded meeting holds', is: server.mostHeldByMeeting, want: `<= ${maxHeldBytes}` },
    );
  } finally {
    await server.stop();
  }
}

/** Meetings opened and ended, one behind the other, and the floor in between. */
async function leak(
  engineUrl: string,
  speech: Speech,
  { figures, goals }: Out,
  { meetings, every }: { meetings: number; every: number },
): Promise<void> {
  const server = await startWatchedServer(engineUrl, { HANSARD_CACHE_BYTES: String(leakCacheBytes) });
  try {
    const { data, all, peakRssBytes } = await openAndEnd(server, { meetings, every, speech });
    const { baseBytes, rise, bytesPerMeeting } = judgeFloor(data, settledAfter);
    put(figures, 'leak', {
      meetings,
      peakRssMB: peakRssBytes / mb,
      baseMB: baseBytes / mb,
      rise,
      bytesPerMeeting,
      riseWithCode: judgeFloor(all, settledAfter).rise,
    });
    for (const { meetings, bytes } of data) put(figures, 'leak.dataMB', { [meetings]: bytes / mb });
    for (const { meetings, bytes } of all) put(figures, 'leak.withCodeMB', { [meetings]: bytes / mb });
    goals.push(
      { name: 'meetings opened and ended', is: meetings, want: '>= 2000' },
      {
        name: `rise of the floor of objects and buffers after ${settledAfter} meetings`,
        is: Number(rise.toFixed(4)),
        want: `<= ${wantedRise}`,
      },
    );
  } finally {
    await server.stop();
  }
}

function put(figures: Record<string, number>, name: string, values: Record<string, number>): void {
  for (const [key, value] of Object.entries(values)) figures[`${name}.${key}`] = Number(value.toFixed(4));
}
