import type { GeneratorReading } from './generator.ts';
import type { Loss } from './sessions/session.ts';

/** What several generators saw, as if they were one. */
export function mergeReadings(readings: readonly GeneratorReading[]): GeneratorReading {
  const errors: Record<string, number> = {};
  for (const [code, count] of readings.flatMap((reading) => Object.entries(reading.errors))) {
    errors[code] = (errors[code] ?? 0) + count;
  }
  return {
    latenciesMs: readings.flatMap(({ latenciesMs }) => latenciesMs),
    acknowledgedBytes: sum(readings.map(({ acknowledgedBytes }) => acknowledgedBytes)),
    lines: sum(readings.map(({ lines }) => lines)),
    drops: sum(readings.map(({ drops }) => drops)),
    errors,
    ownDelayP99Ms: Math.max(...readings.map(({ ownDelayP99Ms }) => ownDelayP99Ms)),
  };
}

export function mergeLosses(losses: readonly Loss[]): Loss {
  return {
    lostBytes: sum(losses.map(({ lostBytes }) => lostBytes)),
    forgottenBytes: sum(losses.map(({ forgottenBytes }) => forgottenBytes)),
    acknowledgedBytes: sum(losses.map(({ acknowledgedBytes }) => acknowledgedBytes)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
