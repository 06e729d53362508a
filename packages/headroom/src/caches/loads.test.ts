import { expect, test } from 'vitest';
import { createFakeClock } from '../testing/index.ts';
import { createCaches } from './index.ts';

interface Call {
  readonly signal: AbortSignal;
  resolve(value: string): void;
  reject(error: Error): void;
}

function setUp() {
  const caches = createCaches({ budgetBytes: 10_000, clock: createFakeClock() });
  const cache = caches.cache<string>('texts', { maxBytes: 10_000, sizeOf: (text) => text.length });
  const calls: Call[] = [];
  const loader = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => void calls.push({ signal, resolve, reject }));
  return { cache, calls, loader };
}

test('[C7] all that ask at once share one load, and what it gives is kept', async () => {
  const { cache, calls, loader } = setUp();
  const asked = [cache.load('a', loader), cache.load('a', loader), cache.load('b', loader)];
  expect(calls).toHaveLength(2);
  expect(cache.stats().loadsInFlight).toBe(2);
  calls[0]!.resolve('A');
  calls[1]!.resolve('B');
  expect(await Promise.all(asked)).toEqual(['A', 'A', 'B']);
  expect(await cache.load('a', loader)).toBe('A');
  expect(calls).toHaveLength(2);
  expect(cache.stats().loadsInFlight).toBe(0);
});

test('[C7] a failed load fails for all that wait, also one that throws at once, and is not kept', async () => {
  const { cache, calls, loader } = setUp();
  const asked = [cache.load('a', loader), cache.load('a', loader)];
  calls[0]!.reject(new Error('gone'));
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const throwing = () => {
    throw new Error('at once');
  };
  await expect(cache.load('a', throwing)).rejects.toThrow('at once');
  const again = cache.load('a', loader);
  calls[1]!.resolve('A');
  expect(await again).toBe('A');
});

test.each(['set', 'delete', 'clear'] as const)('[C7] a load overtaken by %s is not kept', async (what) => {
  const { cache, calls, loader } = setUp();
  const asked = cache.load('a', loader);
  if (what === 'set') cache.set('a', 'newer');
  else if (what === 'delete') cache.delete('a');
  else cache.clear();
  const later = cache.load('a', loader);
  calls[0]!.resolve('older');
  expect(await asked).toBe('older');
  expect(cache.get('a')).toBe(what === 'set' ? 'newer' : undefined);
  calls[1]?.resolve('newer');
  expect(await later).toBe('newer');
  expect(cache.get('a')).toBe('newer');
});

test('[C7] who aborts leaves alone; when all have left, the loader is aborted and nobody joins it', async () => {
  const { cache, calls, loader } = setUp();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = cache.load('a', loader, one.signal);
  const second = cache.load('a', loader, two.signal);
  one.abort(new Error('one has left'));
  await expect(first).rejects.toThrow('one has left');
  expect(calls[0]!.signal.aborted).toBe(false);
  two.abort(new Error('two has left'));
  await expect(second).rejects.toThrow('two has left');
  expect(calls[0]!.signal.aborted).toBe(true);

  const third = cache.load('a', loader);
  expect(calls).toHaveLength(2);
  calls[0]!.resolve('of the aborted one');
  calls[1]!.resolve('A');
  expect(await third).toBe('A');
  expect(cache.get('a')).toBe('A');
  await expect(cache.load('b', loader, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  expect(calls).toHaveLength(2);
});

test('[C7] a caller without a signal keeps a load going', async () => {
  const { cache, calls, loader } = setUp();
  const leaving = new AbortController();
  const stays = cache.load('a', loader);
  const leaves = cache.load('a', loader, leaving.signal);
  leaving.abort(new Error('left'));
  await expect(leaves).rejects.toThrow('left');
  expect(calls[0]!.signal.aborted).toBe(false);
  calls[0]!.resolve('A');
  expect(await stays).toBe('A');
});
