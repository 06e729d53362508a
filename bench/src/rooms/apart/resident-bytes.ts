import { setTimeout as sleep } from 'node:timers/promises';

const rounds = 4;

/** What is resident once garbage is gone, and V8 has given its free pages back. */
export async function residentBytes(): Promise<number> {
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc!({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await sleep(100);
  }
  return process.memoryUsage.rss();
}
