import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGovernor, type Level } from '@hansard/headroom';
import { createRandom } from '../../list/random.ts';
import { fillCaches, quiet } from './fill.ts';
import { createHandFed } from './hand-fed.ts';

const calm = 0.4;
const pressures = { warning: 0.72, critical: 0.87, emergency: 0.97 } as const;
type Pressed = keyof typeof pressures;
const trialsEach = 8;
const holdMs = 3000;
const giveUpMs = 60_000;
const random = createRandom(11);

interface Trial {
  level: Pressed;
  /** From the first sample above the threshold, which counts, to the response's first work. */
  samples: number;
  /** The same from the moment at which memory became short. */
  firstMs: number;
  /** From the moment at which pressure fell. */
  normalMs: number;
  recoveredMs: number;
}

/** A governor that crosses a threshold at a random moment between two samples, stays there, and falls below all of them. */
async function crossAndRecover(level: Pressed): Promise<Trial> {
  const sensors = createHandFed(calm);
  let samples = 0;
  let crossedMs = 0;
  let firstMs = 0;
  const governor = createGovernor({
    sensors,
    log: quiet,
    cacheBudgetBytes: 1e6,
    responses: [
      {
        name: 'first',
        strengths: { warning: 0.25, critical: 0.5, emergency: 1 },
        *apply(strength) {
          if (strength === 0 || samples > 0) return;
          samples = sensors.reads;
          firstMs = performance.now() - crossedMs;
          yield 1;
        },
      },
    ],
  });
  const caches = fillCaches(governor, 1e6, 2);
  governor.start();
  await sleep(500 + 500 * random());
  crossedMs = performance.now();
  sensors.setPressure(pressures[level]);
  await sleep(holdMs);
  const held: Level = governor.level;
  if (held !== level) throw new Error(`The level is ${held}, not ${level}`);

  const fellMs = performance.now();
  sensors.setPressure(calm);
  let normalMs = Number.NaN;
  const isNormal = () => governor.level === 'normal';
  const isRecovered = () =>
    isNormal() &&
    governor.responses().every(({ strength, isWorking }) => strength === 0 && !isWorking) &&
    caches.every(({ capBytes }) => capBytes === 500_000);
  while (!isRecovered() && performance.now() - fellMs < giveUpMs) {
    if (isNormal() && Number.isNaN(normalMs)) normalMs = performance.now() - fellMs;
    await sleep(20);
  }
  const recoveredMs = isRecovered() ? performance.now() - fellMs : Infinity;
  governor.stop();
  return { level, samples, firstMs, normalMs: Number.isNaN(normalMs) ? recoveredMs : normalMs, recoveredMs };
}

const levels = Object.keys(pressures) as Pressed[];
const trials = await Promise.all(
  levels.flatMap((level) => Array.from({ length: trialsEach }, () => crossAndRecover(level))),
);
console.log(JSON.stringify(trials));
