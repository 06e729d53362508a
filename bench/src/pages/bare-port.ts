import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browserFlags, chromiumPath } from '@hansard/e2e/chromium';

/** A browser that nothing but its debugging port is attached to. */
export async function openBarePort(profileDir: string): Promise<{ port: number; close(): Promise<void> }> {
  const flags = [...browserFlags, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profileDir}`];
  const browser = spawn(chromiumPath, [...flags, 'about:blank'], { stdio: 'ignore' });
  const close = async (): Promise<void> => {
    if (browser.exitCode !== null || browser.signalCode !== null) return;
    const exited = once(browser, 'exit');
    browser.kill();
    await exited;
  };
  for (let tries = 0; tries < 200; tries += 1) {
    const told = await readFile(join(profileDir, 'DevToolsActivePort'), 'utf8').catch(() => '');
    if (told.includes('\n')) return { port: Number.parseInt(told, 10), close };
    await sleep(100);
  }
  await close();
  throw new Error('Chromium did not open its debugging port in 20 s.');
}
