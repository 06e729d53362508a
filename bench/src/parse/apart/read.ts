import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { createParser as CreateParser } from '@hansard/server/parsing';

/*
 * `read.ts FILE WARM_UP_FILE`: what reading a file costs the process that asks for it, and the one that reads it. The parser
 * is the one that `npm start` runs.
 */
const [file, warmUp] = process.argv.slice(2) as [string, string];
const built = join(import.meta.dirname, '../../../../apps/server/dist/knowledge/parsing/index.js');
const { createParser } = (await import(built)) as { createParser: typeof CreateParser };
const sampleMs = 5;
const idleMs = 4000;

let childPeakKb = 0;
const parse = createParser({
  onChild(pid) {
    const timer = setInterval(() => {
      try {
        const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        childPeakKb = Math.max(childPeakKb, Number(peak ?? 0));
      } catch {
        clearInterval(timer);
      }
    }, sampleMs);
  },
});
const read = (path: string) => parse(path, { signal: new AbortController().signal, onProgress: () => {} });

async function settledRss(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc!();
    await sleep(100);
  }
  return process.memoryUsage.rss();
}

await read(warmUp);
childPeakKb = 0;
const before = await settledRss();
let mostRss = 0;
const watch = setInterval(() => {
  mostRss = Math.max(mostRss, process.memoryUsage.rss());
}, sampleMs);
// What a loop that does nothing is late on this machine at this time.
const idle = monitorEventLoopDelay({ resolution: 1 });
idle.enable();
await sleep(idleMs);
idle.disable();
const lag = monitorEventLoopDelay({ resolution: 1 });
lag.enable();
const startedAt = performance.now();
const { pages, passages, found } = await read(file);
const ms = performance.now() - startedAt;
lag.disable();
clearInterval(watch);
console.log(
  JSON.stringify({
    ms,
    pages,
    passages: passages.length,
    found,
    headings: new Set(passages.map(({ heading }) => heading)).size,
    childPeakBytes: childPeakKb * 1024,
    parentGrowthBytes: mostRss - before,
    idleLagP99Ms: idle.percentile(99) / 1e6,
    idleLagMaxMs: idle.max / 1e6,
    lagP50Ms: lag.percentile(50) / 1e6,
    lagP99Ms: lag.percentile(99) / 1e6,
    lagMaxMs: lag.max / 1e6,
  }),
);
