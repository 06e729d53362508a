import { expect, it } from 'vitest';
import { createBufferPool } from './buffer-pool.ts';

it('lends the same memory again, and never to two at once', async () => {
  const pool = createBufferPool({ bufferBytes: 64 * 1024, maxKept: 8 });
  const lent = new Set<Uint8Array>();
  const seen = new Set<Uint8Array>();
  const borrow = () =>
    pool.use(1000, async (buffer) => {
      expect(lent.has(buffer)).toBe(false);
      lent.add(buffer);
      seen.add(buffer);
      await Promise.resolve();
      lent.delete(buffer);
    });
  await Promise.all([borrow(), borrow(), borrow()]);
  await Promise.all([borrow(), borrow(), borrow()]);
  expect(seen.size).toBe(3);
});

it('takes memory back from work that fails, and gives what is asked for where that is more than usual', async () => {
  const pool = createBufferPool({ bufferBytes: 64 * 1024, maxKept: 8 });
  let first: Uint8Array | undefined;
  await expect(
    pool.use(10, async (buffer) => {
      first = buffer;
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await pool.use(10, async (buffer) => expect(buffer).toBe(first));
  await pool.use(1_000_000, async (buffer) => expect(buffer.length).toBe(1_000_000));
});

it('lets go of what is needed no more', async () => {
  const pool = createBufferPool({ bufferBytes: 64 * 1024, maxKept: 8 });
  const borrow = () => pool.use(1, () => Promise.resolve());
  await Promise.all([borrow(), borrow(), borrow(), borrow()]);
  const each = pool.keptBytes / 4;
  pool.trim();
  expect(pool.keptBytes).toBe(4 * each);
  await Promise.all([borrow(), borrow()]);
  pool.trim();
  expect(pool.keptBytes).toBe(2 * each);
  pool.trim();
  expect(pool.keptBytes).toBe(0);
});
