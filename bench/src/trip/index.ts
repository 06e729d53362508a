import type { Benchmark } from '../main.ts';
import { report } from '../report.ts';
import { watchFalseAlarms, type Calm } from './false-alarms.ts';
import { runLeaks, type Leak, type LeakEnd } from './leak-runs.ts';
import { buildHeadroom, nodeLines } from './nodes.ts';

const oldSpacesMb = [128, 256, 512];
const kinds = ['timers', 'blocking'] as const;

export const benchmark: Benchmark = {
  describe: 'processes that leak until a guard refuses, beside twins without one; and two false alarms',
  options: {
    /** MB a second. */
    rates: { type: 'string', default: '5,20,50' },
  },
  async run(values) {
    const rates = String(values['rates']).split(',').map(Number);
    const door = buildHeadroom();
    const calms = await watchFalseAlarms(door);
    for (const calm of calms) console.log(`#   ${sayCalm(calm)}`);
    const leaks = nodeLines.flatMap((node) =>
      oldSpacesMb.flatMap((oldSpaceMb) =>
        rates.flatMap((mbPerSecond) =>
          kinds.flatMap((kind) =>
            [true, false].map((guarded): Leak => ({ node, oldSpaceMb, kind, mbPerSecond, guarded })),
          ),
        ),
      ),
    );
    const ends = await runLeaks(door, leaks, (end) => console.log(`#   ${sayEnd(end)}`));
    report(judge(ends, calms));
  },
};

function judge(ends: readonly LeakEnd[], calms: readonly Calm[]) {
  const guarded = ends.filter(({ leak }) => leak.guarded);
  const twins = ends.filter(({ leak }) => !leak.guarded);
  const tripped = guarded.filter(({ outcome }) => outcome === 'tripped');
  const died = twins.filter(({ outcome }) => outcome === 'died');
  const pressures = tripped.map(({ last }) => last?.pressure ?? Number.NaN);
  const isPair = ({ leak }: LeakEnd, node: number, oldSpaceMb: number) =>
    leak.node === node && leak.oldSpaceMb === oldSpaceMb;
  /** Of a Node and a size, every leak must have been stopped. */
  const pairs = nodeLines.flatMap((node) =>
    oldSpacesMb.map((oldSpaceMb) => guarded.filter((end) => isPair(end, node, oldSpaceMb))),
  );
  const stopped = pairs.filter((pair) => pair.every(({ outcome }) => outcome === 'tripped')).length;
  const calm = calms.filter(({ isMade, levels, refusals }) => isMade && levels.join() === 'normal' && refusals === 0);
  const lastWords = (node: number) =>
    Math.max(...died.filter(({ leak }) => leak.node === node).map(({ last }) => last?.usedToLimit ?? 0));

  return {
    bench: 'trip',
    figures: {
      'Nodes × sizes': pairs.length,
      'guarded processes': guarded.length,
      'tripped before death': tripped.length,
      'of them alive a second later, nothing let go': tripped.filter(({ livedOn }) => livedOn).length,
      'twins without a guard': twins.length,
      'twins that died': died.length,
      'least pressure at a trip': round(Math.min(...pressures)),
      'most pressure at a trip': round(Math.max(...pressures)),
      'most heapUsed / heap_size_limit before death, Node 20': round(lastWords(20)),
      'most heapUsed / heap_size_limit before death, Node 22': round(lastWords(22)),
      'most heapUsed / heap_size_limit before death, Node 24': round(lastWords(24)),
      'most pressure in a false-alarm case': round(Math.max(...calms.map(({ pressure }) => pressure))),
    },
    goals: [
      { name: 'Nodes × sizes where every leak trips before death', is: stopped, want: `>= ${pairs.length}` as const },
      { name: 'twins that died', is: died.length, want: `>= ${twins.length}` as const },
      { name: 'false-alarm cases that stay normal', is: calm.length, want: `>= ${calms.length}` as const },
    ],
  };
}

function sayEnd({ leak, outcome, livedOn, last, why }: LeakEnd): string {
  const { node, oldSpaceMb, kind, mbPerSecond, guarded } = leak;
  const what = `Node ${node}, ${oldSpaceMb} MB, ${mbPerSecond} MB/s, ${kind}`;
  if (outcome === 'failed') return `${what}: failed, ${why}`;
  const held = `${last?.leakedMb.toFixed(0)} MB leaked, used/limit ${percent(last?.usedToLimit)}`;
  if (outcome === 'died') return `${what}${guarded ? '' : ', no guard'}: DIED, last heard at ${held}`;
  const rate = `${last?.mbPerSecond?.toFixed(1)} MB/s`;
  const after = livedOn ? '' : '; V8 ended it within the second after';
  return `${what}: refused at ${percent(last?.pressure)} (${last?.tightest}), ${percent(last?.soonShare)} more soon, ${held}, ${rate}${after}`;
}

function sayCalm({ name, node, usedMb, totalMb, usedToTotal, usedToLimit, levels, refusals, pressure, isMade }: Calm) {
  const heap = `${usedMb.toFixed(0)}/${totalMb.toFixed(0)} MB (${percent(usedToTotal)}), ${percent(usedToLimit)} of the limit`;
  const made = isMade ? '' : ', NOT AS IT SHOULD BE';
  return `${name}, Node ${node}: ${heap}${made}: ${levels.join()}, pressure ${percent(pressure)}, ${refusals} refusals`;
}

const percent = (ratio = Number.NaN) => `${(100 * ratio).toFixed(1)} %`;
const round = (value: number) => Math.round(value * 1000) / 1000;
