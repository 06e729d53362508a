import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { openWaitMeter } from '../run-queue.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGovernor, type Clock } from '@hansard/headroom';
import { age, fillCaches, quiet } from './fill.ts';
import { createHandFed } from './hand-fed.ts';

const [share, megabytes] = process.argv.slice(2).map(Number) as [number, number];
/** Of the thresholds of warning and critical, at which caches give a quarter and a half. */
const pressure = share === 0.25 ? 0.7 : 0.85;
const bytes = megabytes * 1e6;
const caches = 4;
const giveUpMs = 10_000;

/**
 * The real clock; what runs in its timers is a slice, and is measured: by the wall, and by what of it was this thread's. A thread's
 * processor time is counted by the kernel's tick, 4 ms at a time. Two bounds are exact: all threads' together, and the wall less the
 * time for which this one had to wait until others let it run.
 */
const slices: { wallMs: number; ownMs: number }[] = [];
const waitedMs = openWaitMeter();
const clock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(() => {
      const waitedBefore = waitedMs();
      const cpuBefore = process.cpuUsage();
      const beganMs = performance.now();
      run();
      const wallMs = performance.now() - beganMs;
      const { user, system } = process.cpuUsage(cpuBefore);
      slices.push({ wallMs, ownMs: Math.min((user + system) / 1000, wallMs - (waitedMs() - waitedBefore)) });
    }, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

const sensors = createHandFed(0.4);
const governor = createGovernor({ sensors, clock, log: quiet, cacheBudgetBytes: bytes });
const filled = fillCaches(governor, bytes, caches);
age();
const held = () => filled.reduce((sum, cache) => sum + cache.bytes, 0);
const heldBefore = held();
const keysBefore = filled.reduce((sum, { keys }) => sum + keys, 0);
governor.start();
await sleep(1000);

let enteredMs = 0;
governor.onLevel(() => {
  enteredMs = performance.now();
});
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
slices.length = 0;
const crossedMs = performance.now();
sensors.setPressure(pressure);
const wantBytes = heldBefore * (1 - share);
while (held() > wantBytes && performance.now() - crossedMs < giveUpMs) await sleep(1);
const doneMs = performance.now();
if (held() > wantBytes) throw new Error(`${held()} of ${heldBefore} bytes are still held`);
delays.disable();
/** The level's listeners are told in the turn of the sample, before its responses begin. */
const reliefMs = doneMs - enteredMs;
console.log(
  JSON.stringify({
    reliefMs,
    fromCrossingMs: doneMs - crossedMs,
    ledgerMb: governor.relief.ledgerBytes / 1e6,
    heldMb: heldBefore / 1e6,
    entries: keysBefore,
    slices: slices.length,
    longestWallMs: Math.max(...slices.map(({ wallMs }) => wallMs)),
    longestOwnMs: Math.max(...slices.map(({ ownMs }) => ownMs)),
    longestLoopDelayMs: delays.max / 1e6,
  }),
);
governor.stop();
