import { json } from 'node:stream/consumers';
import { getHeapSnapshot } from 'node:v8';
import { sizesOf, type HeapSizes, type HeapSnapshot } from '../snapshot.ts';

/** What this process prints: its heap's sizes before and after it held a Buffer. */
export interface TwoSnapshots {
  heldBytes: number;
  before: HeapSizes;
  after: HeapSizes;
}

const sizesNow = async (): Promise<HeapSizes> => sizesOf((await json(getHeapSnapshot())) as HeapSnapshot);

const before = await sizesNow();
const held = Buffer.alloc(8 * 2 ** 20, 1);
const after = await sizesNow();
console.log(JSON.stringify({ heldBytes: held.length, before, after } satisfies TwoSnapshots));
