import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi, type Api } from '@hansard/client';
import type { BrowserContext, Page } from 'playwright-core';
import { holdBrokenMeeting, startRefusingEngine } from './broken-meeting.ts';
import { openBrowser } from './browser.ts';
import { conversation, holdMeeting } from './conversation.ts';
import { startServer, type RunningServer } from './server.ts';
import { writeSpeech } from './speech.ts';

export interface PagesRig {
  server: RunningServer;
  api: Api;
  browser: BrowserContext;
  /** IDs of the meetings that it was filled with. */
  meetings: { long: string; live: string; broken: string };
  /** Another server, with no meeting at all. */
  empty: RunningServer;
  /** Opens an address, wide and light, with the keyboard at the start of the page. */
  open(path: string, server?: RunningServer): Promise<Page>;
  /** What the pages have complained about since the last look: errors, and what the security policy refused. */
  complaints(): string[];
  close(): Promise<void>;
}

export const longMeetingLines = 1000;

/** The real server, filled over its API, and a real browser that notes every complaint of a page. */
export async function createPagesRig(): Promise<PagesRig> {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-pages-'));
  const speechFile = join(dir, 'speech.wav');
  const { seconds } = writeSpeech(speechFile, 10);
  const engine = await startRefusingEngine();
  const [server, empty, browser] = await Promise.all([
    startServer(join(dir, 'data'), engine.env),
    startServer(join(dir, 'empty'), engine.env),
    openBrowser(join(dir, 'profile'), speechFile),
  ]);
  let complained: string[] = [];
  browser.on('console', (message) => {
    // Of a meeting without minutes the server says NOT_FOUND, which the browser notes whatever the page does with it.
    const isNoMinutes = message.location().url.endsWith('/minutes') && message.text().includes('404');
    if (message.type() === 'error' && !isNoMinutes) complained.push(`${message.text()} (${message.location().url})`);
  });
  browser.on('weberror', (error) => complained.push(String(error.error())));

  const { url } = server;
  const api = createApi(url, { checkAnswers: true });
  const [broken, long, live] = await Promise.all([
    holdBrokenMeeting({ url, api, title: 'Broken line', speechFile, speechMs: seconds * 1000 }),
    holdMeeting(api, 'Quarterly review', conversation(longMeetingLines)),
    holdMeeting(api, 'Weekly round', conversation(40)),
  ]);
  await Promise.all([broken, long].map((id) => api.endMeeting(id)));
  await api.makeMinutes(long);

  return {
    server,
    api,
    browser,
    meetings: { long, live, broken },
    empty,
    async open(path, { url: root } = server) {
      const page = await browser.newPage();
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(root + path);
      return page;
    },
    complaints() {
      const all = complained;
      complained = [];
      return all;
    },
    async close() {
      await browser.close();
      await Promise.all([server.stop(), empty.stop()]);
      engine.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
