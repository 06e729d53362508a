import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '@hansard/client';
import type { MemoryHistory } from '@hansard/protocol';
import { chromium, type Locator, type Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { browserFlags, chromiumPath } from './support/chromium.ts';
import { conversation, holdMeeting } from './support/conversation.ts';
import { inspectPage, phone } from './support/inspect-page.ts';
import { startServer } from './support/server.ts';

/** Enough lines for the server's cache of them to be above what it may hold at critical. */
const meetings = 14;
const linesEach = 900;

async function openOperations(url: string): Promise<Page> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: browserFlags });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}/operations`);
  return page;
}

const card = (page: Page, title: string): Locator =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

it('a drill on the memory page shows the levels rise, the response, the recovery, and its report', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-drill-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const server = await startServer(dir, { HANSARD_MEMORY_DRILL: 'on', HANSARD_MEMORY_BYTES: String(320 * 2 ** 20) });
  onTestFinished(() => server.stop());
  const api = createApi(server.url, { checkAnswers: true });
  const live = await holdMeeting(api, 'Live', conversation(1));
  const lines = conversation(linesEach);
  await Promise.all(Array.from({ length: meetings }, (_, index) => holdMeeting(api, `Meeting ${index}`, lines)));

  const page = await openOperations(server.url);
  const [drill, responses, holders] = ['Drill', 'Responses', 'What holds memory'].map((title) => card(page, title));
  const fact = (name: string) =>
    drill!.getByRole('definition').filter({ has: page.locator(`xpath=../dt[.="${name}"]`) });
  await page.getByText('Everything is on.').waitFor();

  await drill!.getByRole('radio', { name: '5 s' }).check();
  await drill!.getByRole('button', { name: 'Start a drill…' }).click();
  await page.getByRole('button', { name: 'Apply pressure' }).click();

  // The level, who holds the memory, and what is done about it. New meetings are refused meanwhile, live ones go on.
  await drill!.getByRole('status').getByText('Holding').waitFor();
  await page.getByText('Live meetings go on; no new ones begin, and caches are small.').waitFor();
  await holders!.getByRole('row', { name: /^drill Component [1-9]/ }).waitFor();
  await responses!
    .getByText(/^(5\d|100)\s%$/)
    .first()
    .waitFor();
  await expect(api.createMeeting({ title: 'Too late' })).rejects.toMatchObject({ retryable: true });
  await api.postCaptions(live, { source: 'drill', segments: conversation(2) });
  expect(await inspectPage(page, [phone])).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });

  await drill!.getByText('Reached, held and let go').waitFor();
  await drill!.getByRole('heading', { name: 'Last drill Critical' }).waitFor();
  await page.getByText('Everything is on.').waitFor();
  expect(await fact('First response').textContent()).toMatch(/after crossing \([12] samples?\), by “/);
  expect(await fact('Given back').textContent()).toMatch(/^[1-9][\d.]* [KM]B by account/);
  expect(await fact('Recovery').textContent()).toMatch(/s after letting go$/);
  const levels = await drill!
    .getByRole('list', { name: 'Levels during the drill' })
    .getByRole('listitem')
    .allTextContents();
  expect(levels.map((text) => text.split(' ')[0])).toEqual(['Normal', 'Warning', 'Critical', 'Warning', 'Normal']);
  expect(await responses!.getByText(/^0\s%$/).count()).toBeGreaterThan(0);
  expect(await holders!.getByRole('row', { name: /^drill/ }).count()).toBe(0);
  await api.createMeeting({ title: 'In time' });

  expect(peakOf(await api.getMemoryHistory('minutes'))).toBe(2);
  await page.getByText(/Resident memory: \d+\s% now, 8[5-9]\s% at most\./).waitFor({ state: 'attached' });
});

/** The worst level that the course holds, as a place in the list of levels. */
const peakOf = ({ level }: MemoryHistory): number => Math.max(...level.map((place) => place ?? 0));
