import type { Gauges, Reading, Sample, SignalName } from '../contracts.ts';

type Signals = Partial<Record<SignalName, Reading>>;

/** Pressure is the highest ratio; where two are as high, the first named. A reading without a sensible ratio is left out. */
export function toSample(atMs: number, readings: Signals, gauges: Gauges): Sample {
  const signals: Signals = {};
  let pressure = 0;
  let tightest: SignalName | null = null;
  for (const [name, reading] of Object.entries(readings) as [SignalName, Reading][]) {
    const ratio = reading.usedBytes / reading.limitBytes;
    if (!(reading.limitBytes > 0 && ratio >= 0 && ratio < Infinity)) continue;
    signals[name] = reading;
    if (tightest !== null && ratio <= pressure) continue;
    pressure = ratio;
    tightest = name;
  }
  return { atMs, signals, pressure, tightest, gauges };
}
