import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { adviseFlags, containerLimitBytes } from '@hansard/headroom/operator';

/**
 * What the server keeps outside V8's heap, beside what any Node process does: audio that waits for the disk, SQLite's
 * pages, and a thread or two.
 */
const outsideBytes = 40 * 2 ** 20;

/**
 * V8's young generation is three of these. At 16, V8's own, 1000 and 2000 sessions that send took 10 to 15 MB more, with no less CPU;
 * at 4, 2500 took 7 MB more and 8 % more CPU, since what lives as long as a slice waits for the disk is then moved among the old.
 */
const mostSemiSpaceMb = 8;

/**
 * What waits for the disk, an engine or the database for longer than V8's cheap collections are apart is moved to the old generation, and is
 * dead soon after. With 5000 sessions V8, left to itself, let a heap of which 130 MB lived grow to 390; so it stays below 175, with no more collections
 * of the whole heap.
 */
const heapGrowthPercent = 20;

/**
 * Arguments for a Node 24, with V8's flags for this machine's processors and for the container that the process will run in;
 * null for none. With V8's four threads on two processors the event loop waited for one of them while the heap was marked:
 * docs/measurements has what that did to answers.
 */
export function launchArgsIn(limitBytes: number | null): readonly string[] {
  return [
    ...adviseFlags({
      containerLimitBytes: limitBytes,
      outsideBytes,
      mostSemiSpaceMb,
      heapGrowthPercent,
      processors: availableParallelism(),
    }).flags,
    '--conditions=built',
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, '../dist/main.js'),
  ];
}

/**
 * The environment to start it in: what a person has set, and one heap for all threads unless they said otherwise. glibc would
 * give each thread a heap of its own (SQLite's readers, the disk's threads), and what one of them frees another can't use:
 * with 2000 sessions that send it was 25 MB.
 */
export function launchEnv(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { MALLOC_ARENA_MAX: '1', ...given };
}

/** How the built server is started by whoever starts it where it will run: arguments for a Node 24. */
export const launchArgs: readonly string[] = launchArgsIn(containerLimitBytes());
