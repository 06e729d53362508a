import { setTimeout as delay } from 'node:timers/promises';

/** Node syncs files on this many threads: no more syncs than that are under way at once, however many wait. */
const ioThreads = 4;

/** What a sync takes longer than on this disk: it holds one of the threads meanwhile, as a slow disk's sync would. */
export function createSyncDelay(delayMs: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async () => {
    if (busy === ioThreads) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy += 1;
    await delay(delayMs);
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  };
}
