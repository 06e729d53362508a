import { join } from 'node:path';
import { runApart, type Ended } from '../headroom/run-apart.ts';
import { nodeOf, type NodeLine } from './nodes.ts';

export interface Leak {
  node: NodeLine;
  /** `--max-old-space-size`. */
  oldSpaceMb: number;
  kind: 'timers' | 'blocking';
  mbPerSecond: number;
  guarded: boolean;
}

export interface LeakEnd {
  leak: Leak;
  outcome: 'tripped' | 'died' | 'failed';
  /** It was there a second after the trip, with all that it had leaked. */
  livedOn: boolean;
  /** At the trip, or the last that was heard before death. */
  last: {
    pressure?: number;
    tightest?: string;
    /** Of the old generation's limit: what was young and about to get old. */
    soonShare?: number;
    usedToLimit: number;
    leakedMb: number;
    mbPerSecond?: number;
  } | null;
  /** Of one that failed. */
  why: string;
}

/** Long enough for the slowest leak into the largest heap, twice. */
const timeoutOf = ({ oldSpaceMb, mbPerSecond }: Leak) => 60_000 + (3000 * oldSpaceMb) / mbPerSecond;

/** One process that leaks until its guard refuses or it dies of it. */
export async function runLeak(door: string, leak: Leak): Promise<LeakEnd> {
  const { node, oldSpaceMb, kind, mbPerSecond, guarded } = leak;
  const ended = await runApart({
    file: join(import.meta.dirname, 'apart/leaky.mjs'),
    args: [door, guarded ? 'guarded' : 'unguarded', kind, String(mbPerSecond)],
    flags: [`--max-old-space-size=${oldSpaceMb}`],
    node: nodeOf(node),
    timeoutMs: timeoutOf(leak),
  });
  const line = ended.lines.at(-1);
  const last = line === undefined ? null : (JSON.parse(line) as LeakEnd['last']);
  const outcome = outcomeOf(ended, last);
  const why = outcome === 'failed' ? `${ended.signal ?? ended.code}: ${ended.errors.slice(-500)}` : '';
  return { leak, outcome, livedOn: ended.code === 0, last, why };
}

/** Death is V8's own, and nothing else: what a killed or broken process leaves is a failure of the benchmark. */
function outcomeOf({ code, errors }: Ended, last: LeakEnd['last']): LeakEnd['outcome'] {
  const isOutOfMemory = errors.includes('JavaScript heap out of memory');
  // Only a refusal says its pressure; it says so at once, and may die of what it holds in the second that it is watched.
  if (last?.pressure !== undefined && (code === 0 || isOutOfMemory)) return 'tripped';
  return isOutOfMemory ? 'died' : 'failed';
}

/** Two cores have to keep up with all that leak at one time. */
const mostAtOnce = 12;
const mostMbPerSecond = 100;

/** Runs all, as many at a time as a small machine can, the longest first. Ends are told in the order in which they come. */
export async function runLeaks(door: string, leaks: readonly Leak[], tell: (end: LeakEnd) => void): Promise<LeakEnd[]> {
  const seconds = ({ oldSpaceMb, mbPerSecond }: Leak) => oldSpaceMb / mbPerSecond;
  const waiting = leaks.toSorted((one, other) => seconds(other) - seconds(one));
  const running = new Map<Leak, Promise<unknown>>();
  const ends: LeakEnd[] = [];
  const hasRoom = (next: Leak) => {
    const rate = [...running.keys()].reduce((sum, { mbPerSecond }) => sum + mbPerSecond, next.mbPerSecond);
    return running.size < mostAtOnce && rate <= mostMbPerSecond;
  };
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    while (running.size > 0 && !hasRoom(next)) await Promise.race(running.values());
    const leak = next;
    const run = runLeak(door, leak).then((end) => {
      running.delete(leak);
      ends.push(end);
      tell(end);
    });
    running.set(leak, run);
  }
  await Promise.all(running.values());
  return ends;
}
