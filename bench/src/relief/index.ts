import { join } from 'node:path';
import { measureApart } from '../headroom/run-apart.ts';
import type { Benchmark } from '../main.ts';
import { median, report } from '../report.ts';

interface Reaction {
  level: string;
  samples: number;
  firstMs: number;
  normalMs: number;
  recoveredMs: number;
}
interface Ledger {
  reliefMs: number;
  fromCrossingMs: number;
  heldMb: number;
  ledgerMb: number;
  entries: number;
  slices: number;
  longestWallMs: number;
  longestOwnMs: number;
  longestLoopDelayMs: number;
}
interface Real {
  /** Null where it was not seen. */
  ledgerMs: number | null;
  observedMs: number | null;
  ledgerMb: number;
  observedMb: number;
  rssLostMb: number;
  forcedCollections: number;
}

/** Of the old generation: the caches' 200 MB are half of it. */
const realFlags = ['--max-old-space-size=400'];

export const benchmark: Benchmark = {
  describe: 'from memory running short to what is let go, and back: by account and as measured, apart',
  options: {
    runs: { type: 'string', default: '5' },
    /** What the caches hold. */
    megabytes: { type: 'string', default: '200' },
  },
  async run(values) {
    const runs = Number(values['runs']);
    const megabytes = String(values['megabytes']);
    const quarters: Ledger[] = [];
    const halves: Ledger[] = [];
    for (let run = 0; run < runs; run += 1) {
      quarters.push(await measure<Ledger>('ledger', ['0.25', megabytes]));
      halves.push(await measure<Ledger>('ledger', ['0.5', megabytes]));
    }
    const ledgers = [...quarters, ...halves];
    for (const ledger of ledgers) console.log(`#   ${sayLedger(ledger)}`);
    const asIs = await measure<Real>('real', ['as-is'], realFlags);
    const collecting = await measure<Real>('real', ['collecting'], realFlags);
    console.log(`#   real memory: ${sayReal(asIs)}\n#   with a forced collection: ${sayReal(collecting)}`);
    const reactions = await measure<Reaction[]>('reaction', []);

    const most = <T>(of: readonly T[], pick: (one: T) => number) => round(Math.max(...of.map(pick)));
    const middle = <T>(of: readonly T[], pick: (one: T) => number) => round(median(of.map(pick)));
    const recoveredFrom = (level: string) =>
      most(
        reactions.filter((reaction) => reaction.level === level),
        ({ recoveredMs }) => recoveredMs / 1000,
      );
    const samples = most(reactions, (reaction) => reaction.samples);
    const leastSamples = Math.min(...reactions.map((reaction) => reaction.samples));
    const recoveredSeconds = most(reactions, ({ recoveredMs }) => recoveredMs / 1000);
    report({
      bench: 'relief',
      figures: {
        crossings: reactions.length,
        'samples to the first response, most': samples,
        'ms to the first response, median': middle(reactions, ({ firstMs }) => firstMs),
        'ms to the first response, most': most(reactions, ({ firstMs }) => firstMs),
        'cache entries': ledgers[0]!.entries,
        'MB held': round(ledgers[0]!.heldMb),
        'ms from level to 25 %, median': middle(quarters, ({ reliefMs }) => reliefMs),
        'ms from level to 50 %, median': middle(halves, ({ reliefMs }) => reliefMs),
        'ms from crossing to 50 %, most': most(halves, ({ fromCrossingMs }) => fromCrossingMs),
        'slices for 50 %': middle(halves, ({ slices }) => slices),
        'longest slice ms of its own thread': most(ledgers, ({ longestOwnMs }) => longestOwnMs),
        'longest slice ms by the wall, median of runs': middle(ledgers, ({ longestWallMs }) => longestWallMs),
        'longest slice ms by the wall, most': most(ledgers, ({ longestWallMs }) => longestWallMs),
        'longest loop delay ms, median of runs': middle(ledgers, ({ longestLoopDelayMs }) => longestLoopDelayMs),
        'recovery s from warning': recoveredFrom('warning'),
        'recovery s from critical': recoveredFrom('critical'),
        'recovery s from emergency': recoveredFrom('emergency'),
        ...realFigures('real memory', asIs),
        ...realFigures('with a forced collection', collecting),
      },
      goals: [
        // None at all would be no reaction.
        { name: 'samples to the first response, most', is: leastSamples > 0 ? samples : Infinity, want: '<= 2' },
        { name: 'ms to 25 % by account', is: most(quarters, ({ reliefMs }) => reliefMs), want: '<= 500' },
        { name: 'ms to 50 % by account', is: most(halves, ({ reliefMs }) => reliefMs), want: '<= 500' },
        { name: 'longest slice ms', is: most(ledgers, ({ longestOwnMs }) => longestOwnMs), want: '<= 5' },
        { name: 'recovery s', is: recoveredSeconds, want: '<= 30' },
      ],
    });
  },
};

const measure = <T>(name: string, args: string[], flags: string[] = []) =>
  measureApart<T>({ file: join(import.meta.dirname, `apart/${name}.ts`), args, flags, timeoutMs: 120_000 });

const realFigures = (name: string, { ledgerMs, observedMs, ledgerMb, observedMb, rssLostMb }: Real) => ({
  [`${name}: ledger MB`]: round(ledgerMb),
  [`${name}: ledger ms`]: round(ledgerMs ?? Number.NaN),
  [`${name}: observed MB`]: round(observedMb),
  [`${name}: observed ms`]: round(observedMs ?? Number.NaN),
  [`${name}: RSS lost MB`]: round(rssLostMb),
});

function sayLedger({ ledgerMb, heldMb, entries, reliefMs, slices, longestWallMs, longestOwnMs }: Ledger): string {
  const held = `${ledgerMb.toFixed(0)} of ${heldMb.toFixed(0)} MB (${entries} entries) in ${reliefMs.toFixed(0)} ms`;
  return `${held}, ${slices} slices, the longest ${longestOwnMs.toFixed(2)} ms (${longestWallMs.toFixed(2)} by the wall)`;
}

function sayReal({ ledgerMb, ledgerMs, observedMb, observedMs, rssLostMb, forcedCollections }: Real): string {
  const at = (ms: number | null) => (ms === null ? 'never' : `${ms.toFixed(0)} ms`);
  const observed = `${observedMb.toFixed(0)} MB of the old generation after ${at(observedMs)}`;
  const rest = `RSS −${rssLostMb.toFixed(0)} MB, ${forcedCollections} forced collections`;
  return `${ledgerMb.toFixed(0)} MB by account after ${at(ledgerMs)}; ${observed}, ${rest}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
