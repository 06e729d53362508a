import type { Sample, SignalName } from '../contracts.ts';
import { createRing } from './ring.ts';

export interface Summary {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
  readonly last: number;
}

/** The samples of one minute of the clock. The minute that is going on is summed up as far as it has come. */
export interface MinuteSummary {
  readonly fromMs: number;
  readonly samples: number;
  readonly pressure: Summary;
  readonly rssBytes: Summary;
  readonly heapUsedBytes: Summary;
  readonly externalBytes: Summary;
  /** Ratios of the signals that were on. */
  readonly signals: Partial<Readonly<Record<SignalName, Summary>>>;
}

export interface Minutes {
  push(sample: Sample): void;
  /** Of the last hour, oldest first; minutes without a sample are missing. */
  read(nowMs: number): MinuteSummary[];
}

const minuteMs = 60_000;
const maxMinutes = 60;

export function createMinutes(): Minutes {
  // The minute that is going on is one of the 60.
  const past = createRing<MinuteSummary>(maxMinutes - 1);
  let current: { fromMs: number; tallies: Map<string, Tally>; samples: number } | null = null;

  function note(name: string, value: number) {
    const tally = current!.tallies.get(name);
    if (tally === undefined) current!.tallies.set(name, createTally(value));
    else tally.add(value);
  }

  function summarize(): MinuteSummary {
    const { fromMs, tallies, samples } = current!;
    const of = (name: string) => tallies.get(name)!.summary();
    const signals: Partial<Record<SignalName, Summary>> = {};
    for (const name of tallies.keys()) {
      if (name.startsWith('signal ')) signals[name.slice(7) as SignalName] = of(name);
    }
    const [pressure, rssBytes, heapUsedBytes, externalBytes] = [of('pressure'), of('rss'), of('heap'), of('external')];
    return { fromMs, samples, pressure, rssBytes, heapUsedBytes, externalBytes, signals };
  }

  return {
    push({ atMs, pressure, gauges, signals }) {
      const fromMs = Math.floor(atMs / minuteMs) * minuteMs;
      if (current !== null && current.fromMs !== fromMs) past.push(summarize());
      if (current?.fromMs !== fromMs) current = { fromMs, tallies: new Map(), samples: 0 };
      current.samples += 1;
      note('pressure', pressure);
      note('rss', gauges.rssBytes);
      note('heap', gauges.heapUsedBytes);
      note('external', gauges.externalBytes);
      for (const [name, reading] of Object.entries(signals))
        note(`signal ${name}`, reading.usedBytes / reading.limitBytes);
    },
    read(nowMs) {
      const all = current === null ? past.items() : [...past.items(), summarize()];
      return all.filter(({ fromMs }) => fromMs > nowMs - maxMinutes * minuteMs);
    },
  };
}

interface Tally {
  add(value: number): void;
  summary(): Summary;
}

function createTally(first: number): Tally {
  let [least, most, last, sum, count] = [first, first, first, first, 1];
  return {
    add(value) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      last = value;
      sum += value;
      count += 1;
    },
    summary: () => ({ least, mean: sum / count, most, last }),
  };
}
