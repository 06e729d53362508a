import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '@hansard/client';
import { chromium, type Page } from 'playwright-core';
import { median } from '../report.ts';
import { browserFlags, chromiumPath } from './chromium.ts';
import { heldBytes } from './held-bytes.ts';
import { createLateWire } from './late-wire.ts';

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
  const wire = await createLateWire(port);
  const browser = await chromium.launchPersistentContext(join(dir, 'recorder'), {
    executablePath: chromiumPath,
    args: [...browserFlags, '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  });
  try {
    const { id } = await api.createMeeting({ title: 'Recorded by the benchmark' });
    const page = await browser.newPage();
    await page.goto(`${wire.url}/m/${id}`);
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor();
    const devTools = await browser.newCDPSession(page);
    const look = () => heldBytes(devTools);
    const beforeBytes = await look();

    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByText('All audio saved').waitFor();
    wire.delayAnswers(answersLateMs);
    const online = await watch(look, seconds);
    wire.cut();
    const offline = await watch(look, seconds);
    await page.getByText(/^Offline: /).waitFor();
    wire.mend();
    const catchingUp = await watchUntilSaved(page, look);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
    return {
      recordedBytes: await wholeLength(api, id, 2 * seconds * 1000),
      beforeBytes,
      onlineBytes: Math.max(...online),
      offlineBytes: Math.max(...offline),
      catchingUpBytes: Math.max(...catchingUp),
      offlineHourBytes: Math.max(...offline) + (3600 - seconds) * Math.max(0, growthPerSecond(offline, seconds)),
    };
  } finally {
    await browser.close();
    await wire.close();
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

async function watchUntilSaved(page: Page, look: () => Promise<number>): Promise<number[]> {
  const seen: number[] = [];
  const giveUpAt = performance.now() + maxCatchUpMs;
  do {
    if (performance.now() > giveUpAt) throw new Error(`What was kept offline was not saved in ${maxCatchUpMs} ms.`);
    seen.push(await look());
    await sleep(lookEveryMs / 10);
  } while (!(await page.getByText('All audio saved').isVisible()));
  return seen;
}

/** From the first third to the last, each by its median: a single look may meet a slice on its way. */
function growthPerSecond(seen: readonly number[], seconds: number): number {
  const third = Math.ceil(seen.length / 3);
  return (median(seen.slice(-third)) - median(seen.slice(0, third))) / ((seconds * 2) / 3);
}

/** The recording's bytes on the server. Throws where any is missing: a page that drops audio holds little of it. */
async function wholeLength(api: Api, meetingId: string, leastMs: number): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { tracks, ledger } = await api.getMeeting(meetingId);
    const [track] = tracks;
    if (track?.state === 'closed' && track.durable === track.length) {
      if (ledger.gaps.length > 0 || track.durableMs < leastMs) throw new Error('Some of the recording is missing.');
      return track.length;
    }
    await sleep(200);
  }
  throw new Error('The recording was not closed in 20 s.');
}
