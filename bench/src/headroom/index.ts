import { join } from 'node:path';
import type { Benchmark } from '../main.ts';
import { median, report } from '../report.ts';
import { measureAdapter, measureRest } from './adapter.ts';
import { measureHooks } from './hooks.ts';
import { measureApart } from './run-apart.ts';

interface SampleCost {
  sample: number;
  signals: number;
  gauges: number;
  /** Which of them were on here. */
  signalNames: string[];
}
interface GuardCost {
  guardNs: number;
  loopNs: number;
  guardBytes: number;
  loopBytes: number;
  allocatingBytesPerCall: number;
  calls: number;
  blockedNs: number;
  ownSamples: number;
}
interface CacheCost {
  oursGetNs: number;
  lruGetNs: number;
  oursSetNs: number;
  lruSetNs: number;
  oursMixedNs: number;
  lruMixedNs: number;
  oursHitRatio: number;
  lruHitRatio: number;
}

/** A sample four times a second at this cost is 0.04 % of a core. */
const mostSampleUs = 100;
const sampleMs = 250;
const restMs = 5000;
const hookRequests = 80_000;
/** No collection while bytes are counted: the young generation holds what a loop could allocate. */
const guardFlags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];

export const benchmark: Benchmark = {
  describe:
    'what governing costs: a sample, a guard, a cache beside lru-cache, a request beside @fastify/under-pressure',
  options: {
    /** Processes for each figure but the last; each has many rounds of its own. */
    processes: { type: 'string', default: '3' },
    /** Of the last one: processes, rounds in each, requests in each round. */
    starts: { type: 'string', default: '9' },
    rounds: { type: 'string', default: '24' },
    requests: { type: 'string', default: '2000' },
  },
  async run(values) {
    const processes = Number(values['processes']);
    const samples: SampleCost[] = [];
    const guards: GuardCost[] = [];
    const caches: CacheCost[] = [];
    for (let at = 0; at < processes; at += 1) {
      samples.push(await measure<SampleCost>('sample'));
      guards.push(await measure<GuardCost>('guard', guardFlags));
      caches.push(await measure<CacheCost>('caches'));
    }
    const adapter = await measureAdapter({
      starts: Number(values['starts']),
      rounds: Number(values['rounds']),
      requests: Number(values['requests']),
    });
    const hooks = await measureHooks(processes, hookRequests);
    const restOfOurs = await measureRest('ours', restMs);
    const restOfTheirs = await measureRest('underPressure', restMs);

    const sampleUs = round(median(samples.map(({ sample }) => sample)), 1);
    const guardNs = round(median(guards.map(({ guardNs }) => guardNs)), 2);
    const guardBytes = Math.max(...guards.map(({ guardBytes, loopBytes, calls }) => (guardBytes - loopBytes) / calls));
    const ofCaches = (pick: (cost: CacheCost) => number) => round(median(caches.map(pick)), 3);
    const getRatio = ofCaches(({ oursGetNs, lruGetNs }) => oursGetNs / lruGetNs);
    const setRatio = ofCaches(({ oursSetNs, lruSetNs }) => oursSetNs / lruSetNs);
    const hitDifference = Math.max(
      ...caches.map(({ oursHitRatio, lruHitRatio }) => Math.abs(oursHitRatio - lruHitRatio)),
    );
    const oursToTheirs = adapter.ratio('ours', 'underPressure');
    console.log(
      `#   a whole request, ours × under-pressure: ${oursToTheirs.median.toFixed(4)}, from ${oursToTheirs.lowest.toFixed(4)} to ` +
        `${oursToTheirs.highest.toFixed(4)} in processor time over loopback in ${String(values['starts'])} processes`,
    );

    report({
      bench: 'headroom',
      figures: {
        'sample µs': sampleUs,
        'of it signals µs': round(median(samples.map(({ signals }) => signals)), 1),
        'of it gauges µs': round(median(samples.map(({ gauges }) => gauges)), 1),
        'signals on': samples[0]!.signalNames.length,
        'sampling, percent of a core': round(sampleUs / 10 / sampleMs, 4),
        'guard ns': guardNs,
        'empty loop ns': round(median(guards.map(({ loopNs }) => loopNs)), 2),
        'guard ns in a loop that blocks for 2 s': round(median(guards.map(({ blockedNs }) => blockedNs)), 2),
        'samples that guards took in it': median(guards.map(({ ownSamples }) => ownSamples)),
        'guard bytes a call': guardBytes,
        'bytes a call that the meter sees of a small object': round(guards[0]!.allocatingBytesPerCall, 2),
        'cache get ns': ofCaches(({ oursGetNs }) => oursGetNs),
        'lru-cache get ns': ofCaches(({ lruGetNs }) => lruGetNs),
        'cache set ns': ofCaches(({ oursSetNs }) => oursSetNs),
        'lru-cache set ns': ofCaches(({ lruSetNs }) => lruSetNs),
        'get or else set, × lru-cache': ofCaches(({ oursMixedNs, lruMixedNs }) => oursMixedNs / lruMixedNs),
        'hit ratio': round(caches[0]!.oursHitRatio, 4),
        'hook ns a request, ours': round(hooks.ours, 1),
        'hook ns a request, under-pressure': round(hooks.underPressure, 1),
        'hook ns a request, under-pressure without loop utilization': round(hooks.underPressureLean, 1),
        'request µs, bare app': round(adapter.us('bare'), 2),
        'request µs, ours': round(adapter.us('ours'), 2),
        'request µs, under-pressure': round(adapter.us('underPressure'), 2),
        'request µs, under-pressure without loop utilization': round(adapter.us('underPressureLean'), 2),
        'ours × bare app': round(adapter.ratio('ours', 'bare').median, 3),
        'under-pressure × bare app': round(adapter.ratio('underPressure', 'bare').median, 3),
        'whole request, ours × under-pressure': round(oursToTheirs.median, 3),
        'ours × under-pressure, lowest of the processes': round(oursToTheirs.lowest, 3),
        'ours × under-pressure, highest of the processes': round(oursToTheirs.highest, 3),
        'ours, where a route names its class, × under-pressure': round(
          adapter.ratio('oursNamed', 'underPressure').median,
          3,
        ),
        'ours × under-pressure without loop utilization': round(adapter.ratio('ours', 'underPressureLean').median, 3),
        'under-pressure without loop utilization × under-pressure': round(
          adapter.ratio('underPressureLean', 'underPressure').median,
          3,
        ),
        'at rest, percent of a core, ours': round(restOfOurs, 3),
        'at rest, percent of a core, under-pressure': round(restOfTheirs, 3),
      },
      goals: [
        { name: 'sample µs', is: sampleUs, want: `<= ${mostSampleUs}` },
        { name: 'guard ns', is: guardNs, want: '<= 50' },
        { name: 'guard bytes a call', is: guardBytes, want: '== 0' },
        { name: 'cache get × lru-cache', is: getRatio, want: '<= 1.3' },
        { name: 'cache set × lru-cache', is: setRatio, want: '<= 1.5' },
        { name: 'difference of hit ratios', is: hitDifference, want: '== 0' },
        { name: 'hook of a request × under-pressure', is: round(hooks.ours / hooks.underPressure, 3), want: '<= 1' },
      ],
    });
  },
};

const measure = <T>(name: string, flags: string[] = []) =>
  measureApart<T>({ file: join(import.meta.dirname, `apart/${name}.ts`), flags, timeoutMs: 120_000 });

const round = (value: number, places: number) => Math.round(value * 10 ** places) / 10 ** places;
