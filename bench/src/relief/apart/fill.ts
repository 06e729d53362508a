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

export const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
