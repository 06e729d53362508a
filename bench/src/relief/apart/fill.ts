import type { Cache, Governor } from '@hansard/headroom';

/** A page, a session, a small document. */
const valueBytes = 1000;
/** Of a string's header. */
const headerBytes = 24;

/** So many caches that hold `bytes` together, of many small values on the heap. */
export function fillCaches(governor: Governor, bytes: number, count: number): Cache<string>[] {
  return Array.from({ length: count }, (_, at) => {
    const maxBytes = bytes / count;
    const cache = governor.cache<string>(`cache ${at}`, { maxBytes, sizeOf: (value) => value.length + headerBytes });
    const text = Buffer.alloc(valueBytes, 'x');
    for (let key = 0; cache.bytes < maxBytes - 2 * valueBytes; key += 1) {
      text.writeUInt32LE(key);
      cache.set(`key:${key}`.padEnd(20, '-'), text.toString('latin1'));
    }
    return cache;
  });
}

const thousandBytes = Array.from({ length: 123 }, (_, at) => at);
/** More than the young generation holds, several times. */
const garbageBytes = 400e6;

/**
 * Allocates and drops until what was filled in is old, as what a cache holds is: the next collections of the young generation
 * would move it, and would be counted to whoever works then.
 */
export function age(): void {
  let last: unknown;
  for (let made = 0; made < garbageBytes; made += 1000) last = Array.from(thousandBytes);
  if (last === null) throw new Error('nothing was made');
}

export const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
