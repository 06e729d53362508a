import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '@hansard/client';
import { browserFlags, chromiumPath, fakeMicrophoneFlags } from '@hansard/e2e/chromium';
import { createNetwork } from '@hansard/e2e/network';
import type { Track } from '@hansard/protocol';
import { chromium } from 'playwright-core';
import { median } from '../report.ts';
import { heldBytes } from './held-bytes.ts';

export interface RecordedFigures {
  recordedBytes: number;
  /** Bytes of any kind that the page held before it recorded. */
  beforeBytes: number;
  /** The most at any look while answers came late, while there was no network, and while what was kept went out. */
  onlineBytes: number;
  offlineBytes: number;
  catchingUpBytes: number;
  /** What the page would hold after an hour without a network, if it went on as it began. */
  offlineHourBytes: number;
}

const answersLateMs = 2000;
const lookEveryMs = 1000;
const maxCatchUpMs = 120_000;

/** Records with a fake microphone through the page: `seconds` with late answers, as many without a network, and on. */
export async function recordAndWatch(port: number, api: Api, dir: string, seconds: number): Promise<RecordedFigures> {
  const network = await createNetwork(port);
  const browser = await chromium.launchPersistentContext(join(dir, 'recorder'), {
    executablePath: chromiumPath,
    args: [...browserFlags, ...fakeMicrophoneFlags],
  });
  try {
    const { id } = await api.createMeeting({ title: 'Recorded by the benchmark' });
    const page = await browser.newPage();
    await page.goto(`${network.url}/m/${id}`);
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor();
    const devTools = await browser.newCDPSession(page);
    const look = () => heldBytes(devTools);
    const beforeBytes = await look();

    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByText('All audio saved').waitFor();
    const startedAt = performance.now();
    network.delayAnswers(answersLateMs);
    const online = await watch(look, seconds);
    network.cut();
    const offline = await watch(look, seconds);
    await page.getByText(/^Offline: /).waitFor();
    const keptMs = performance.now() - startedAt;
    network.mend();
    const catchingUp = await watchUntil(look, async () => (await onlyTrack(api, id)).durableMs >= keptMs);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
    return {
      recordedBytes: await wholeLength(api, id),
      beforeBytes,
      onlineBytes: Math.max(...online),
      offlineBytes: Math.max(...offline),
      catchingUpBytes: Math.max(...catchingUp),
      offlineHourBytes: Math.max(...offline) + (3600 - seconds) * Math.max(0, growthPerSecond(offline, seconds)),
    };
  } finally {
    await browser.close();
    await network.close();
  }
}

async function watch(look: () => Promise<number>, seconds: number): Promise<number[]> {
  const seen: number[] = [];
  const until = performance.now() + seconds * 1000;
  do {
    seen.push(await look());
    await sleep(lookEveryMs);
  } while (performance.now() < until);
  return seen;
}

async function watchUntil(look: () => Promise<number>, isSaved: () => Promise<boolean>): Promise<number[]> {
  const seen: number[] = [];
  const giveUpAt = performance.now() + maxCatchUpMs;
  do {
    if (performance.now() > giveUpAt) throw new Error(`What was kept offline was not saved in ${maxCatchUpMs} ms.`);
    seen.push(await look());
    await sleep(lookEveryMs / 10);
  } while (!(await isSaved()));
  return seen;
}

/**
 * From the second third to the last, each by its median: in the first the page finds out that nothing is answered, and
 * lets go of what it had sent. A single look may meet a slice on its way.
 */
function growthPerSecond(seen: readonly number[], seconds: number): number {
  const third = Math.floor(seen.length / 3);
  return (median(seen.slice(-third)) - median(seen.slice(-2 * third, -third))) / (seconds / 3);
}

async function onlyTrack(api: Api, meetingId: string): Promise<Track> {
  const { tracks, ledger } = await api.getMeeting(meetingId);
  const [track] = tracks;
  if (!track || tracks.length > 1) throw new Error(`The page made ${tracks.length} tracks of one recording.`);
  if (track.state === 'closed' && ledger.gaps.length > 0) throw new Error('Some of the recording is missing.');
  return track;
}

/** The recording's bytes on the server. Throws where any is missing: a page that drops audio holds little of it. */
async function wholeLength(api: Api, meetingId: string): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { state, durable, length } = await onlyTrack(api, meetingId);
    if (state === 'closed' && durable === length) return length;
    await sleep(200);
  }
  throw new Error('The recording was not closed in 20 s.');
}
