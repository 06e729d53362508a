export interface FlagSituation {
  /** What the container may use; null where it has no limit. */
  readonly containerLimitBytes: number | null;
  /** What the service itself keeps outside the heap: Buffers, workers, native libraries. 0 by default. */
  readonly outsideBytes?: number;
  /** The largest that one semi-space may be, in MiB: 16 by default. In a container it goes with that, from 1 on. */
  readonly mostSemiSpaceMb?: number;
  /** Processors that the process may use, as `os.availableParallelism()` counts them; left out, V8's threads are its own choice. */
  readonly processors?: number;
  /**
   * How far the old generation may grow beyond what lived at its last collection before there is the next, in percent, from 1 on. Left out,
   * V8 decides by how fast it collects and how fast the program fills it: up to 300.
   */
  readonly heapGrowthPercent?: number;
  /** Version of the V8 that gets the flags, like `process.versions.v8`, which is taken where it is left out. */
  readonly v8Version?: string;
}

export interface FlagAdvice {
  /** Null where there is no container to fit into: V8's own choice stands. */
  readonly maxOldSpaceMb: number | null;
  readonly maxSemiSpaceMb: number;
  /** What to start node with. */
  readonly flags: readonly string[];
  /** Why, a sentence each. */
  readonly reasons: readonly string[];
}

type Advice = Pick<FlagAdvice, 'flags' | 'reasons'>;

const mib = 2 ** 20;
/** Node's code, its threads' stacks and V8's own tables, whatever the heap. */
const nodeBytes = 48 * mib;
/** What grows with use outside the heap: sockets, file pages, fragmentation. */
const shareOutside = 0.1;
const semiSpaces = 3;
const usualSemiSpaceMb = 16;
/** A semi-space for each of these of the container. */
const containerMbPerSemiSpaceMb = 64;
/** What V8 starts of them, however many processors there are. */
const mostHelpers = 4;

/** Below this V8 doesn't get through the start of a small service. */
const leastOldSpaceMb = 16;

/**
 * Flags that leave room in the container for what is outside the heap. The heap (old generation and three semi-spaces) is
 * never larger than half of a container that is too small for anything else, and never larger than what is left of others.
 */
export function adviseFlags(situation: FlagSituation): FlagAdvice {
  const memory = adviseMemory(situation);
  const others = [
    adviseHelpers(situation.processors),
    adviseGrowth(situation.heapGrowthPercent),
    advisePhases(situation.v8Version),
  ];
  return {
    ...memory,
    flags: [...memory.flags, ...others.flatMap(({ flags }) => flags)],
    reasons: [...memory.reasons, ...others.flatMap(({ reasons }) => reasons)],
  };
}

function adviseMemory({
  containerLimitBytes,
  outsideBytes = 0,
  mostSemiSpaceMb = usualSemiSpaceMb,
}: FlagSituation): FlagAdvice {
  if (containerLimitBytes === null) {
    return {
      maxOldSpaceMb: null,
      maxSemiSpaceMb: mostSemiSpaceMb,
      flags: [`--max-semi-space-size=${mostSemiSpaceMb}`],
      reasons: ['The container has no limit: V8 chooses the old generation by the machine.'],
    };
  }
  const containerMb = Math.floor(containerLimitBytes / mib);
  const outsideMb = Math.ceil((nodeBytes + shareOutside * containerLimitBytes + outsideBytes) / mib);
  const maxSemiSpaceMb = Math.min(mostSemiSpaceMb, semiSpaceFor(containerMb));
  const youngMb = semiSpaces * maxSemiSpaceMb;
  const leftMb = containerMb - outsideMb - youngMb;
  // Where nothing is left, a small heap is better than none: the process then starts, and is governed.
  const halfMb = Math.max(1, Math.floor(containerMb / 2) - youngMb);
  const maxOldSpaceMb = Math.max(leftMb, Math.min(leastOldSpaceMb, halfMb));
  const reasons = [
    `The container has ${containerMb} MB; ${outsideMb} MB of them are for what is outside the heap, ${youngMb} MB for the young generation.`,
  ];
  if (leftMb < leastOldSpaceMb)
    reasons.push('The container is too small for both: it may be killed before the heap is full.');
  return {
    maxOldSpaceMb,
    maxSemiSpaceMb,
    flags: [`--max-old-space-size=${maxOldSpaceMb}`, `--max-semi-space-size=${maxSemiSpaceMb}`],
    reasons,
  };
}

/** With as many helpers as processors, a collection that runs beside the program takes the one that the program runs on. */
function adviseHelpers(processors = Infinity): Advice {
  const helpers = Math.max(1, processors - 1);
  if (helpers >= mostHelpers) return { flags: [], reasons: [] };
  if (helpers > 1)
    return {
      flags: [`--v8-pool-size=${helpers}`],
      reasons: [
        `V8 gets ${helpers} threads to collect with: the event loop has the last of ${processors} processors for itself.`,
      ],
    };
  return {
    flags: ['--v8-pool-size=1', '--no-parallel-scavenge'],
    reasons: [
      `With ${processors === 1 ? 'one processor' : 'two processors'}, V8 gets one thread to collect with, and the event loop does not wait for it in a scavenge.`,
    ],
  };
}

/** Where much that is dead was moved to the old generation, V8 left to itself keeps several times what lives. */
function adviseGrowth(percent?: number): Advice {
  if (percent === undefined) return { flags: [], reasons: [] };
  return {
    flags: [`--heap-growing-percent=${percent}`],
    reasons: [`V8 collects the whole heap each time that it has grown by ${percent} % beyond what lived.`],
  };
}

/**
 * While it marks the whole heap, V8 13 (Node 24) makes no scavenges: the young generation grows far beyond its size,
 * what is already dead in it is moved among the old, and its pages are kept. Earlier ones scavenge meanwhile unless told
 * otherwise; later ones have no such flag, and end at once when they are given it.
 */
function advisePhases(v8Version = process.versions.v8): Advice {
  if (!v8Version.startsWith('13.')) return { flags: [], reasons: [] };
  return {
    flags: ['--no-separate-gc-phases'],
    reasons: [
      'V8 13 goes on with scavenges while it marks the whole heap, so that the young generation keeps its size.',
    ],
  };
}

/** A power of two, as V8 would make it one. */
const semiSpaceFor = (containerMb: number): number =>
  2 ** Math.floor(Math.log2(Math.max(1, containerMb / containerMbPerSemiSpaceMb)));
