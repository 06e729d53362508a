import { spawnSync } from 'node:child_process';
import type { RoomIndex } from '@hansard/server/room-index';
import { k } from '../recall/measure.ts';
import { percentile } from '../report.ts';

/** What is read again from the disk each time, of a room's file that the page cache does not have. */
const droppedQuestions = 60;

/**
 * Times a search with rescoring when none of the room's file is in the page cache, in ms; null where the cache can't be
 * emptied (dd of GNU coreutils asks the kernel to, for one file; fincore of util-linux sees that it was done).
 */
export async function timeDropped(
  room: RoomIndex,
  path: string,
  queries: readonly Float32Array[],
): Promise<{ p50: number; p99: number } | null> {
  const tookMs: number[] = [];
  for (let question = 0; question < droppedQuestions; question++) {
    if (!dropFromCache(path)) return null;
    const began = performance.now();
    const { rescored } = await room.nearestRescored(queries[question % queries.length]!, k);
    tookMs.push(performance.now() - began);
    if (!rescored) throw new Error('The 32-bit vectors could not be read.');
  }
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}

function dropFromCache(path: string): boolean {
  const dropped = spawnSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
  const left = spawnSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path], { encoding: 'utf8' });
  return dropped.status === 0 && left.status === 0 && Number(left.stdout) === 0;
}
