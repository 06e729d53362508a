import type { Speech } from '../load/speech.ts';
import type { FloorPoint } from './floor.ts';
import { holdMeeting } from './meeting.ts';
import { createTalk } from './talk.ts';
import type { WatchedServer } from './watched-server.ts';

const atOnce = 8;
const linesPerMeeting = 12;

/** Opens and ends meetings, some at once, each with speech, captions, a viewer and minutes; a floor after every so many, when none is live. */
export async function openAndEnd(
  server: WatchedServer,
  { meetings, every, speech }: { meetings: number; every: number; speech: Speech },
): Promise<FloorPoint[]> {
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
    floors.push({ meetings: held, bytes: await server.floorBytes() });
    const { bytes } = floors.at(-1)!;
    console.log(
      `# leak: ${held} meetings, floor ${(bytes / 2 ** 20).toFixed(2)} MB, caches ${await server.cacheBytes()} bytes`,
    );
  }
  return floors;
}
