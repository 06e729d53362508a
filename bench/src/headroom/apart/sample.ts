import { performance } from 'node:perf_hooks';
import { createGovernor, createNodeSensors, type Clock } from '@hansard/headroom';
import { median } from '../../report.ts';

const rounds = 200;
const samplesPerRound = 20;

/** A governor whose timer is pulled by hand: each pull is one whole sample, with all that follows from it. */
let pull = () => undefined as void;
const clock: Clock = {
  now: () => performance.now(),
  after(_delayMs, run) {
    pull = run;
    return { cancel: () => undefined };
  },
};
const ownSensors = createNodeSensors();
await ownSensors.ready;
const governor = createGovernor({ clock, sensors: ownSensors });
const cache = governor.cache<string>('things', { maxBytes: 1e6, sizeOf: (value) => value.length });
for (let at = 0; at < 1000; at += 1) cache.set(`key ${at}`, 'value');
governor.start();

const parts: Record<string, () => unknown> = {
  sample: () => pull(),
  signals: () => ownSensors.readSignals(),
  gauges: () => ownSensors.readGauges(),
};
const timesUs: Record<string, number[]> = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, run] of Object.entries(parts)) {
    const beganMs = performance.now();
    for (let sample = 0; sample < samplesPerRound; sample += 1) run();
    const eachUs = ((performance.now() - beganMs) / samplesPerRound) * 1000;
    if (round >= rounds / 5) (timesUs[name] ??= []).push(eachUs);
  }
  await new Promise((resolve) => void setImmediate(resolve));
}
const signalNames = Object.keys(governor.sample().signals);
governor.stop();
ownSensors.close();
console.log(
  JSON.stringify({
    ...Object.fromEntries(Object.entries(timesUs).map(([name, us]) => [name, median(us)])),
    signalNames,
  }),
);
