export interface FlagSituation {
  /** What the container may use; null where it has no limit. */
  readonly containerLimitBytes: number | null;
  /** What the service itself keeps outside the heap: Buffers, workers, native libraries. 0 by default. */
  readonly outsideBytes?: number;
  /** One semi-space; by default it goes with the container, from 1 to 16 MiB. */
  readonly semiSpaceMb?: number;
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

const mib = 2 ** 20;
/** Node's code, its threads' stacks and V8's own tables, whatever the heap. */
const nodeBytes = 48 * mib;
/** What grows with use outside the heap: sockets, file pages, fragmentation. */
const shareOutside = 0.1;
const semiSpaces = 3;
const mostSemiSpaceMb = 16;
/** A semi-space for each of these of the container. */
const containerMbPerSemiSpaceMb = 64;
/** Below this V8 doesn't get through the start of a small service. */
const leastOldSpaceMb = 16;

/**
 * Flags that leave room in the container for what is outside the heap. The heap (old generation and three semi-spaces) is
 * never larger than half of a container that is too small for anything else, and never larger than what is left of others.
 */
export function adviseFlags({ containerLimitBytes, outsideBytes = 0, semiSpaceMb }: FlagSituation): FlagAdvice {
  if (containerLimitBytes === null) {
    const maxSemiSpaceMb = semiSpaceMb ?? mostSemiSpaceMb;
    return {
      maxOldSpaceMb: null,
      maxSemiSpaceMb,
      flags: [`--max-semi-space-size=${maxSemiSpaceMb}`],
      reasons: ['The container has no limit: V8 chooses the old generation by the machine.'],
    };
  }
  const containerMb = Math.floor(containerLimitBytes / mib);
  const outsideMb = Math.ceil((nodeBytes + shareOutside * containerLimitBytes + outsideBytes) / mib);
  const maxSemiSpaceMb = semiSpaceMb ?? semiSpaceFor(containerMb);
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

/** A power of two, as V8 would make it one. */
const semiSpaceFor = (containerMb: number): number =>
  Math.min(mostSemiSpaceMb, 2 ** Math.floor(Math.log2(Math.max(1, containerMb / containerMbPerSemiSpaceMb))));
