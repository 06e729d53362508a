import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGovernor, createNodeSensors } from '@hansard/headroom';
import { fillCaches, quiet } from './fill.ts';

const isCollecting = process.argv[2] === 'collecting';
const cacheBytes = 200e6;
const ballastStep = 1e6;
/** Of the limit: what else the service holds grows to this in one turn, and stays; what is young then comes on top. */
const shortAt = 0.82;
const stepMs = 20;
const watchMs = 20_000;
/** A service goes on under pressure, and makes some garbage: short-lived, a megabyte a second. */
const garbageBytesPerStep = 20_000;
/** Of the bytes let go in the end: when they count as let go, and as observed. */
const share = 0.9;

const sensors = createNodeSensors();
await sensors.ready;
const governor = createGovernor({
  sensors,
  log: quiet,
  cacheBudgetBytes: cacheBytes,
  collection: { enabled: isCollecting },
});
fillCaches(governor, cacheBytes, 4);
governor.start();

await sleep(1000);

/** Arrays of numbers, in pages of their own. */
const ballast: number[][] = [];
const oldGeneration = () => sensors.readSignals()['old-generation']!;
for (let old = oldGeneration(); old.usedBytes < shortAt * old.limitBytes; old = oldGeneration()) {
  ballast.push(Array.from({ length: ballastStep / 8 }, (_, at) => at));
}
let enteredMs = Number.NaN;
governor.onLevel(() => {
  if (Number.isNaN(enteredMs)) enteredMs = performance.now();
});
const course: { ms: number; ledgerBytes: number; observedBytes: number }[] = [];
const rssBeforeMb = process.memoryUsage.rss() / 1e6;
let leastRssMb = rssBeforeMb;
let made = '';
for (const untilMs = performance.now() + watchMs; performance.now() < untilMs;) {
  const ms = performance.now() - enteredMs;
  if (ms >= 0) course.push({ ms, ...governor.relief });
  leastRssMb = Math.min(leastRssMb, process.memoryUsage.rss() / 1e6);
  made = Buffer.alloc(garbageBytesPerStep, 'g').toString('latin1');
  await sleep(stepMs);
}
const { ledgerBytes, observedBytes } = governor.relief;
console.log(
  JSON.stringify({
    ledgerMs: course.find((at) => at.ledgerBytes >= share * ledgerBytes)?.ms ?? null,
    observedMs: course.find((at) => at.observedBytes >= share * ledgerBytes)?.ms ?? null,
    ledgerMb: ledgerBytes / 1e6,
    observedMb: observedBytes / 1e6,
    rssLostMb: rssBeforeMb - leastRssMb,
    forcedCollections: governor.counters.forcedCollections,
    kept: ballast.length + made.length,
  }),
);
governor.stop();
