// A process that leaks on the JS heap, at a rate, until a guard refuses or V8 ends it. Runs on Node 20 too: JavaScript, and the
// built headroom. Arguments: the built package's door, 'guarded' or 'unguarded', 'timers' or 'blocking', MB a second.
import { getHeapStatistics } from 'node:v8';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const [door, guarding, kind, rateText] = process.argv.slice(2);
const rateBytesPerMs = (Number(rateText) * 1e6) / 1000;
const objectsPerStep = 1000;
const timerMs = 10;
/** One blocking burst holds the event loop so long; then it gets one turn. */
const burstMs = 3000;
/** How often a process without a guard says how it stands, so that its last words are known. */
const tellMs = 50;
/** How long a process goes on after a refusal, to show that it lives. */
const afterMs = 1000;

const { createGovernor, MemoryPressureError } = await import(door);
const quiet = () => undefined;
const governor = createGovernor({ log: { debug: quiet, info: quiet, warn: quiet, error: quiet } });
if (guarding === 'guarded') governor.start();
const check = guarding === 'guarded' ? () => governor.check() : tell;
// A service is up for a while before it leaks.
await sleep(500);

const leaked = [];
let steps = 0;
let leakedBytes = 0;
const cell = new Int32Array(new SharedArrayBuffer(4));

/** What guards on the usual ratios look at. */
function usualRatios() {
  const { used_heap_size: used, total_heap_size: total, heap_size_limit: limit } = getHeapStatistics();
  return { usedToLimit: used / limit, usedToTotal: used / total };
}

let toldMs = 0;
function tell() {
  if (performance.now() - toldMs < tellMs) return;
  toldMs = performance.now();
  process.stdout.write(`${JSON.stringify({ ...usualRatios(), leakedMb: leakedBytes / 1e6 })}\n`);
}

/** All of it stays: no garbage, so that what is allocated is what is leaked. */
const makeStep = () => Array.from({ length: objectsPerStep }, (_, at) => ({ at, step: steps, next: null }));

/**
 * Measured, because objects differ between versions of V8, and once V8 has learnt their size: the middle of several, since a
 * collection can come in between.
 */
function measureStepBytes() {
  for (let warmUp = 0; warmUp < 200; warmUp += 1) makeStep();
  const sizes = [];
  for (let trial = 0; trial < 31; trial += 1) {
    const before = getHeapStatistics().used_heap_size;
    leaked.push(makeStep());
    sizes.push(getHeapStatistics().used_heap_size - before);
  }
  return sizes.sort((one, other) => one - other)[15];
}
const stepBytes = measureStepBytes();

function leakStep() {
  check();
  leaked.push(makeStep());
  steps += 1;
  leakedBytes += stepBytes;
}

const beganMs = performance.now();
const owedBytes = () => (performance.now() - beganMs) * rateBytesPerMs;

/** Leaks within the event loop's turns, a little in each. */
async function leakInTimers() {
  for (;;) {
    for (let owed = owedBytes(); leakedBytes < owed;) leakStep();
    await sleep(timerMs);
  }
}

/** Leaks at the same rate with the event loop held: no timer runs, nothing but guards can look. */
async function leakBlocking() {
  for (;;) {
    for (const untilMs = performance.now() + burstMs; performance.now() < untilMs;) {
      if (leakedBytes < owedBytes()) leakStep();
      else Atomics.wait(cell, 0, 0, stepBytes / rateBytesPerMs);
    }
    await sleep(0);
  }
}

try {
  await (kind === 'timers' ? leakInTimers() : leakBlocking());
} catch (error) {
  if (!(error instanceof MemoryPressureError)) throw error;
  const seconds = (performance.now() - beganMs) / 1000;
  const { pressure, tightest, signals } = error.readings;
  const { soonBytes = 0, limitBytes } = signals['old-generation'];
  const leakedMb = leakedBytes / 1e6;
  const trip = {
    pressure,
    tightest,
    soonShare: soonBytes / limitBytes,
    ...usualRatios(),
    leakedMb,
    mbPerSecond: leakedMb / seconds,
  };
  process.stdout.write(`${JSON.stringify(trip)}\n`);
  await sleep(afterMs);
  process.exit(leaked.length > 0 ? 0 : 1);
}
