import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { startFixtureServer, type FixtureServer } from './fixture-server.ts';

export interface OpenedApp extends FixtureServer {
  /** Opens an address of the app in a context of its own; the page is closed with it. */
  visit: (path: string, context?: BrowserContextOptions) => Promise<Page>;
}

const webDir = join(import.meta.dirname, '..');
const vite = join(webDir, '../../node_modules/vite/bin/vite.js');

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
];

/** Builds the app as it is shipped and opens it in the system's Chromium, with the fixture server behind it. */
export async function openApp(): Promise<OpenedApp> {
  const outDir = await mkdtemp(join(tmpdir(), 'hansard-web-'));
  // In a process of its own: this one's NODE_ENV would make it a build for tests.
  await promisify(execFile)(process.execPath, [vite, 'build', webDir, '--outDir', outDir, '--emptyOutDir'], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const server = await startFixtureServer(outDir);
  const browser: Browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: flags,
  });
  return {
    ...server,
    async visit(path, options = {}) {
      const context = await browser.newContext({ permissions: ['microphone'], ...options });
      const page = await context.newPage();
      await page.goto(server.url + path);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true });
    },
  };
}
