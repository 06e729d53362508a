// A process whose heap is nearly all in use and far from its limit: what guards on heapTotal take for the end. Arguments: the
// built package's door, MB to hold, and how long to watch. Runs on Node 20 too.
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';

const [door, megabytes, watchMs] = process.argv.slice(2);
const { createGovernor } = await import(door);

/** Arrays of numbers of a megabyte: each has pages of its own, with hardly anything left over. */
const slots = 125_000;
const held = [];
const heldBytes = Number(megabytes) * 1e6;
while (getHeapStatistics().used_heap_size < heldBytes) {
  held.push(Array.from({ length: slots }, (_, at) => at));
}
// What is garbage goes, and V8 gives back the pages that it leaves empty.
for (let round = 0; round < 5; round += 1) {
  globalThis.gc();
  await sleep(50);
}

const levels = new Set();
let refusals = 0;
const quiet = () => undefined;
const governor = createGovernor({ log: { debug: quiet, info: quiet, warn: quiet, error: quiet } }).start();
governor.onSample(() => levels.add(governor.level));
const most = { usedToTotal: 0, usedMb: 0, totalMb: 0, usedToLimit: 0 };
for (const untilMs = performance.now() + Number(watchMs); performance.now() < untilMs; await sleep(20)) {
  try {
    governor.check();
  } catch {
    refusals += 1;
  }
  const heap = getHeapStatistics();
  const usedToTotal = heap.used_heap_size / heap.total_heap_size;
  if (usedToTotal <= most.usedToTotal) continue;
  most.usedToTotal = usedToTotal;
  most.usedMb = heap.used_heap_size / 1e6;
  most.totalMb = heap.total_heap_size / 1e6;
  most.usedToLimit = heap.used_heap_size / heap.heap_size_limit;
}
const { pressure } = governor;
const { samples } = governor.counters;
governor.stop();
console.log(JSON.stringify({ ...most, levels: [...levels], refusals, pressure, samples, held: held.length }));
