import { setTimeout as sleep } from 'node:timers/promises';
import type { Speech } from '../load/speech.ts';
import { addLosses } from './losses.ts';
import { holdMeeting } from './meeting.ts';
import { put, putLosses, type Out } from './out.ts';
import { createTalk } from './talk.ts';
import { restMs, startWatchedServer } from './watched-server.ts';

const mb = 2 ** 20;
const maxHeldBytes = mb;
const maxSeconds = 360;
/** Beside its caches, which let go of a meeting's last lines after half a minute: less than one meeting may hold, of one as of ten. */
const maxKeptBytes = maxHeldBytes;
/** Held before, so that what a server makes of its first meetings is not laid to those of an hour. */
const meetingsBefore = 20;
const linesBefore = 12;

interface Recorded {
  engineUrl: string;
  /** Meetings at once. */
  count: number;
  speech: Speech;
  /** Of those before. */
  shortSpeech: Speech;
  minutes: number;
}

/** Meetings of so many minutes at once, with speech and captions, time-compressed; what they hold, and what is held once they are over. */
export async function recorded(
  name: string,
  { engineUrl, count, speech, shortSpeech, minutes }: Recorded,
  out: Out,
): Promise<void> {
  const server = await startWatchedServer(engineUrl);
  const held = async () => {
    await sleep(restMs);
    const cacheBytes = await server.cacheBytes();
    const floorBytes = await server.floorBytes();
    return { cacheBytes, floorBytes, dataBytes: (await server.floorByKind()).dataBytes };
  };
  const hold = (seed: number, what: { people: number; speech: Speech; lines: number }) => {
    const talk = createTalk(seed);
    const { people, speech } = what;
    const lines = talk.lines(what.lines);
    const how = { recorders: 1, linesPerPost: 10, msPerLine: talk.msPerLine, pauseMs: 0 };
    return holdMeeting({ url: server.url, title: `Meeting ${seed}`, people, speech, lines, ...how });
  };
  try {
    for (let seed = 1; seed <= meetingsBefore; seed += 1) {
      await hold(seed, { people: 1, speech: shortSpeech, lines: linesBefore });
    }
    const before = await held();
    const beganAt = performance.now();
    const whole = { people: 4, speech, lines: Math.ceil((minutes * 60_000) / createTalk(0).msPerLine) };
    const losses = await Promise.all(
      Array.from({ length: count }, (_, index) => hold(meetingsBefore + 1 + index, whole)),
    );
    const seconds = (performance.now() - beganAt) / 1000;
    const [largestBytes, buffersBytes, peakRssBytes] = [
      server.mostHeldByMeeting,
      server.mostBufferBytes,
      server.peakRssBytes(),
    ];
    const after = await held();
    const keptBytes = after.dataBytes - after.cacheBytes - (before.dataBytes - before.cacheBytes);
    put(out, name, {
      meetings: count,
      minutes,
      seconds,
      restRssMB: server.restRssBytes / mb,
      peakRssMB: peakRssBytes / mb,
      heldByLargestKB: largestBytes / 1024,
      buffersKB: buffersBytes / 1024,
      floorBeforeMB: before.floorBytes / mb,
      floorAfterMB: after.floorBytes / mb,
      cachesBeforeKB: before.cacheBytes / 1024,
      cachesAfterKB: after.cacheBytes / 1024,
      keptDataKB: keptBytes / 1024,
    });
    console.log(
      `# ${name}: ${seconds.toFixed(0)} s, peak RSS ${(peakRssBytes / mb).toFixed(0)} MB, largest meeting ${(largestBytes / 1024).toFixed(0)} KB; held after ${((after.floorBytes - after.cacheBytes) / mb).toFixed(1)} MB beside caches, before ${((before.floorBytes - before.cacheBytes) / mb).toFixed(1)}, of it data ${(keptBytes / 1024).toFixed(0)} KB more`,
    );
    out.goals.push(
      { name: `${name}: bytes that a meeting holds`, is: largestBytes, want: `<= ${maxHeldBytes}` },
      {
        name: `${name}: bytes that all meetings' last lines take`,
        is: buffersBytes,
        want: `<= ${count * maxHeldBytes}`,
      },
      { name: `${name}: bytes kept after the end beside caches`, is: keptBytes, want: `<= ${maxKeptBytes}` },
      { name: `${name}: seconds that it lasted`, is: Math.round(seconds), want: `<= ${maxSeconds}` },
    );
    putLosses(out, name, addLosses(losses));
  } finally {
    await server.stop();
  }
}
