import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Reading } from '../contracts.ts';
import { semiSpacesInYoungGeneration } from './semi-space.ts';

/** Spaces that are not of the old generation: the young one, and what V8 maps into every process. */
const otherSpaces: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space', 'read_only_space']);

/** Bytes in use in the old generation, garbage that no major collection has found yet among them. */
export function oldGenerationBytes(): number {
  let bytes = 0;
  for (const space of getHeapSpaceStatistics()) {
    if (!otherSpaces.has(space.space_name)) bytes += space.space_used_size;
  }
  return bytes;
}

/** What the old generation may grow to before V8 ends the process. */
export function oldGenerationLimitBytes(semiSpaceBytes: number): number {
  return getHeapStatistics().heap_size_limit - semiSpacesInYoungGeneration * semiSpaceBytes;
}

export function readOldGeneration(semiSpaceBytes: number): Reading {
  return { usedBytes: oldGenerationBytes(), limitBytes: oldGenerationLimitBytes(semiSpaceBytes) };
}
