import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGovernor, type Clock } from '@hansard/headroom';
import { fillCaches, quiet } from './fill.ts';
import { createHandFed } from './hand-fed.ts';

const [share, megabytes] = process.argv.slice(2).map(Number) as [number, number];
/** Of the thresholds of warning and critical, at which caches give a quarter and a half. */
const pressure = share === 0.25 ? 0.7 : 0.85;
const bytes = megabytes * 1e6;
const caches = 4;
const giveUpMs = 10_000;

/** The real clock; what runs in its timers is a slice, and is measured: by the wall, and by this thread's processor. */
const slices: { wallMs: number; cpuMs: number }[] = [];
const clock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(() => {
      const cpuBefore = process.threadCpuUsage();
      const beganMs = performance.now();
      run();
      const wallMs = performance.now() - beganMs;
      const { user, system } = process.threadCpuUsage(cpuBefore);
      slices.push({ wallMs, cpuMs: (user + system) / 1000 });
    }, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

const sensors = createHandFed(0.4);
const governor = createGovernor({ sensors, clock, log: quiet, cacheBudgetBytes: bytes });
const filled = fillCaches(governor, bytes, caches);
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
    // The kernel charges a thread's time a tick late at times, never more than has passed.
    longestCpuMs: Math.max(...slices.map(({ cpuMs, wallMs }) => Math.min(cpuMs, wallMs))),
    longestLoopDelayMs: delays.max / 1e6,
  }),
);
governor.stop();
