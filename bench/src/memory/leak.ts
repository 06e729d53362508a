import { setTimeout as sleep } from 'node:timers/promises';
import type { Speech } from '../load/speech.ts';
import type { FloorPoint } from './floor.ts';
import { holdMeeting } from './meeting.ts';
import { createTalk } from './talk.ts';
import type { WatchedServer } from './watched-server.ts';

const atOnce = 8;
/**
 * Before each floor: a track leaves memory a minute after its connection, samples are kept for a minute. Without a rest a floor
 * would have as many of them as meetings fitted into the last minute.
 */
const restMs = 75_000;
const linesPerMeeting = 12;

export interface LeakRun {
  /** Objects and Buffers. */
  data: readonly FloorPoint[];
  /** With V8's code. */
  all: readonly FloorPoint[];
  /** Before the first snapshot. */
  peakRssBytes: number;
}

/** Opens and ends meetings, some at once, each with speech, captions, a viewer and minutes; a floor after every so many, when none is live. */
export async function openAndEnd(
  server: WatchedServer,
  { meetings, every, speech }: { meetings: number; every: number; speech: Speech },
): Promise<LeakRun> {
  const data: FloorPoint[] = [];
  const all: FloorPoint[] = [];
  let peakRssBytes = 0;
  const talk = createTalk(11);
  const one = (index: number) =>
    holdMeeting({
      url: server.url,
      title: `Meeting ${index}`,
      speech,
      lines: talk.lines(linesPerMeeting),
      linesPerPost: 4,
      msPerLine: talk.msPerLine,
      pauseMs: 0,
    });
  for (let before = 0; before < meetings; before += every) {
    const held = Math.min(meetings, before + every);
    const waiting = Array.from({ length: held - before }, (_, index) => before + index + 1);
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await one(next);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    await sleep(restMs);
    peakRssBytes ||= server.peakRssBytes();
    const { dataBytes, codeBytes } = await server.floorByKind();
    data.push({ meetings: held, bytes: dataBytes });
    all.push({ meetings: held, bytes: dataBytes + codeBytes });
    const inMb = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
    console.log(
      `# leak: ${held} meetings: ${inMb(dataBytes)} MB of data (caches ${inMb(await server.cacheBytes())}), ${inMb(codeBytes)} of code`,
    );
  }
  return { data, all, peakRssBytes };
}
