import { setImmediate } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';

/** Memory that is held for nothing but its weight. */
export interface Ballast {
  /** Pages outside V8's heap, all of them written to. */
  readonly pagesBytes: number;
  /** Objects in V8's old generation. */
  readonly heapBytes: number;
  /** Large objects, of whomever, that V8 does not count among the old yet. */
  readonly unsettledBytes: number;
  /** Takes or gives back until it holds so much; the event loop gets its turns. Throws a RangeError where there is no more. */
  resizePages(bytes: number): Promise<void>;
  resizeHeap(bytes: number): Promise<void>;
  /** For good. Pages are given back at once, objects at the next collection. */
  release(): void;
}

/** Written to in one turn of the event loop: about 5 ms. */
const sliceBytes = 4 * 2 ** 20;
/** Too large for the young generation: V8 gives each a place among the old at the next collection of the young. */
const numbersPerObject = 32_768;
const objectBytes = 8 * numbersPerObject;

/** At most so many bytes of pages. They are reserved here, and taken when they are asked for. */
export function createBallast(maxPagesBytes: number): Ballast {
  // A resizable buffer gives pages back when it shrinks; one that is dropped does so at some later collection.
  const pages = new ArrayBuffer(0, { maxByteLength: maxPagesBytes });
  const objects: number[][] = [];
  const state = { isReleased: false };

  return {
    get pagesBytes() {
      return pages.byteLength;
    },
    get heapBytes() {
      return objects.length * objectBytes;
    },
    get unsettledBytes() {
      const spaces = getHeapSpaceStatistics();
      return spaces.find(({ space_name }) => space_name === 'new_large_object_space')?.space_used_size ?? 0;
    },
    async resizePages(bytes) {
      const wanted = Math.max(0, Math.min(maxPagesBytes, Math.round(bytes)));
      while (!state.isReleased && pages.byteLength < wanted) {
        const from = pages.byteLength;
        pages.resize(Math.min(wanted, from + sliceBytes));
        new Uint8Array(pages, from).fill(1);
        await setImmediate();
      }
      if (pages.byteLength > wanted) pages.resize(wanted);
    },
    async resizeHeap(bytes) {
      const wanted = Math.max(0, Math.round(bytes / objectBytes));
      if (objects.length > wanted) objects.length = wanted;
      while (!state.isReleased && objects.length < wanted) {
        const numbers: number[] = [];
        numbers.length = numbersPerObject;
        objects.push(numbers.fill(objects.length + 0.5));
        if (objects.length % (sliceBytes / objectBytes) === 0) await setImmediate();
      }
    },
    release() {
      state.isReleased = true;
      pages.resize(0);
      objects.length = 0;
    },
  };
}
