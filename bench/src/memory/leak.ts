import { setTimeout as sleep } from 'node:timers/promises';
import type { Speech } from '../load/speech.ts';
import { judgeFloor, type FloorPoint } from './floor.ts';
import { addLosses, type Losses } from './losses.ts';
import { holdMeeting } from './meeting.ts';
import { put, putLosses, type Out } from './out.ts';
import { createTalk } from './talk.ts';
import { restMs, startWatchedServer } from './watched-server.ts';

const mb = 2 ** 20;
const atOnce = 8;
const linesPerMeeting = 12;
const settledAfter = 500;
/** What the caches may take: full before the floor is judged, so that they don't grow under it. */
const cacheBytes = mb;
const maxRise = 0.02;

interface Leak {
  engineUrl: string;
  speech: Speech;
  meetings: number;
  /** Meetings between two floors. */
  every: number;
}

/** Meetings opened and ended, some at once; a floor after every so many, when none is live. The server has served nobody before. */
export async function leak({ engineUrl, speech, meetings, every }: Leak, out: Out): Promise<void> {
  const server = await startWatchedServer(engineUrl, { HANSARD_CACHE_BYTES: String(cacheBytes) });
  try {
    const losses: Losses[] = [];
    const all: FloorPoint[] = [];
    const data: FloorPoint[] = [];
    let peakRssBytes = 0;
    const talk = createTalk(11);
    const one = (index: number) =>
      holdMeeting({
        url: server.url,
        title: `Meeting ${index}`,
        people: 4,
        recorders: 2,
        speech,
        lines: talk.lines(linesPerMeeting),
        linesPerPost: 4,
        msPerLine: talk.msPerLine,
        pauseMs: 0,
      });
    for (let before = 0; before < meetings; before += every) {
      const held = Math.min(meetings, before + every);
      losses.push(...(await openAndEnd(before + 1, held, one)));
      await sleep(restMs);
      peakRssBytes ||= server.peakRssBytes();
      const caches = await server.cacheBytes();
      const floorBytes = await server.floorBytes();
      const { dataBytes } = await server.floorByKind();
      all.push({ meetings: held, bytes: floorBytes });
      data.push({ meetings: held, bytes: dataBytes });
      console.log(
        `# leak: ${held} meetings: floor ${inMb(floorBytes)} MB, objects and buffers ${inMb(dataBytes)}, caches ${inMb(caches)}`,
      );
    }
    judge({ all, data, peakRssBytes, meetings }, out);
    putLosses(out, 'leak', addLosses(losses));
  } finally {
    await server.stop();
  }
}

/** The meetings of these numbers, some at once. */
async function openAndEnd(first: number, last: number, one: (index: number) => Promise<Losses>): Promise<Losses[]> {
  const waiting = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const losses: Losses[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) losses.push(await one(next));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return losses;
}

interface Floors {
  all: readonly FloorPoint[];
  data: readonly FloorPoint[];
  peakRssBytes: number;
  meetings: number;
}

function judge({ all, data, peakRssBytes, meetings }: Floors, out: Out): void {
  const floor = judgeFloor(all, settledAfter);
  const ofData = judgeFloor(data, settledAfter);
  put(out, 'leak', {
    meetings,
    peakRssMB: peakRssBytes / mb,
    baseMB: floor.baseBytes / mb,
    rise: floor.rise,
    bytesPerMeeting: floor.bytesPerMeeting,
    riseOfData: ofData.rise,
    dataBytesPerMeeting: ofData.bytesPerMeeting,
  });
  for (const { meetings, bytes } of all) put(out, 'leak.floorMB', { [meetings]: bytes / mb });
  for (const { meetings, bytes } of data) put(out, 'leak.dataMB', { [meetings]: bytes / mb });
  const riseGoal = (name: string, rise: number) => ({
    name: `leak: rise of ${name} after ${settledAfter} meetings`,
    is: Number(rise.toFixed(4)),
    want: `<= ${maxRise}` as const,
  });
  out.goals.push(
    { name: 'leak: meetings opened and ended', is: meetings, want: '>= 2000' },
    riseGoal('the floor', floor.rise),
    riseGoal('objects and buffers alone', ofData.rise),
  );
}

const inMb = (bytes: number): string => (bytes / mb).toFixed(2);
