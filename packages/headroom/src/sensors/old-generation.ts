import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Reading } from '../contracts.ts';
import { semiSpacesInYoungGeneration } from './semi-space.ts';

const youngSpaces: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space']);
/** V8 maps it into every process. */
const readOnlySpace = 'read_only_space';

/** Bytes in use in both generations, garbage that no collection has found yet among them. */
function readGenerations(): { oldBytes: number; youngBytes: number } {
  let oldBytes = 0;
  let youngBytes = 0;
  for (const { space_name: name, space_used_size: bytes } of getHeapSpaceStatistics()) {
    if (youngSpaces.has(name)) youngBytes += bytes;
    else if (name !== readOnlySpace) oldBytes += bytes;
  }
  return { oldBytes, youngBytes };
}

/** Bytes in use in the old generation, garbage that no major collection has found yet among them. */
export const oldGenerationBytes = (): number => readGenerations().oldBytes;

/** What the old generation may grow to before V8 ends the process. */
export function oldGenerationLimitBytes(semiSpaceBytes: number): number {
  return getHeapStatistics().heap_size_limit - semiSpacesInYoungGeneration * semiSpaceBytes;
}

/**
 * Reads the old generation, and learns from one reading to the next which share of the young one gets old: V8 moves all that
 * survives at once, and the young generation of a small heap can be half as large as the old. `minorCollections` says how many
 * young collections have been reported so far; those of a held-up event loop are reported late.
 */
export function createOldGenerationSensor(minorCollections: () => number): (semiSpaceBytes: number) => Reading {
  let last = readGenerations();
  let lastCount = 0;
  let survival = 0;

  return (semiSpaceBytes) => {
    const now = readGenerations();
    const count = minorCollections();
    if (now.youngBytes < last.youngBytes || count > lastCount) {
      survival = learn(survival, survivalBetween(last, now, Math.max(1, count - lastCount)));
    }
    last = now;
    lastCount = count;
    return {
      usedBytes: now.oldBytes,
      limitBytes: oldGenerationLimitBytes(semiSpaceBytes),
      soonBytes: Math.round(survival * now.youngBytes),
    };
  };
}

type Generations = ReturnType<typeof readGenerations>;

/** The share of what was young that got old in each of these collections, 0 to 1. */
export function survivalBetween(before: Generations, after: Generations, collections: number): number {
  const grownBytes = after.oldBytes - before.oldBytes;
  if (grownBytes <= 0 || before.youngBytes <= 0) return 0;
  return Math.min(1, grownBytes / (before.youngBytes * collections));
}

/** Believes what is worse at once, and what is better by halves. */
export const learn = (known: number, seen: number): number => Math.max(seen, known / 2);
