import { setTimeout as sleep } from 'node:timers/promises';
import type { Speech } from '../load/speech.ts';
import type { FloorPoint } from './floor.ts';
import { holdMeeting } from './meeting.ts';
import { createTalk } from './talk.ts';
import type { WatchedServer } from './watched-server.ts';

const atOnce = 8;
/**
 * What the server keeps by time is full, and its sweeps have run, before a floor is judged: samples of a minute, tracks that leave
 * memory a minute after their meeting. Fast machines have hundreds of meetings in less.
 */
const settleMs = 120_000;
const linesPerMeeting = 12;

/** Opens and ends meetings, some at once, each with speech, captions, a viewer and minutes; a floor after every so many, when none is live. */
export async function openAndEnd(
  server: WatchedServer,
  options: { meetings: number; every: number; settledAfter: number; speech: Speech },
): Promise<FloorPoint[]> {
  const { meetings, every, settledAfter, speech } = options;
  const startedAt = performance.now();
  const floors: FloorPoint[] = [{ meetings: 0, bytes: await server.floorBytes() }];
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
    if (held >= settledAfter) await sleep(Math.max(0, startedAt + settleMs - performance.now()));
    floors.push({ meetings: held, bytes: await server.floorBytes() });
    const { bytes } = floors.at(-1)!;
    console.log(
      `# leak: ${held} meetings, floor ${(bytes / 2 ** 20).toFixed(2)} MB, caches ${await server.cacheBytes()} bytes`,
    );
  }
  return floors;
}
