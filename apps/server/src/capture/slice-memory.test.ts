import { expect, it } from 'vitest';
import { createBufferPool } from '../buffer-pool.ts';
import { createSliceMemory } from './slice-memory.ts';

const bufferBytes = 64 * 1024;
const create = () => {
  const pool = createBufferPool({ bufferBytes, maxKept: 4 });
  return { pool, memory: createSliceMemory(pool) };
};
const slice = (value: number, length = 4000) => new Uint8Array(length).fill(value);

it('keeps each slice as it came until it is released, whatever comes and goes meanwhile', () => {
  const { memory } = create();
  const held = new Map<number, Uint8Array>();
  const isWhole = ([value, bytes]: [number, Uint8Array]): boolean => bytes.every((byte) => byte === value);
  let isEachWhole = true;
  for (let at = 0; at < 2000; at += 1) {
    const value = at % 251;
    const before = held.get(value);
    if (before) memory.release(before);
    held.set(value, memory.hold(slice(value, 1 + ((at * 997) % 16_000))));
    if (at % 100 === 0) isEachWhole &&= [...held].every(isWhole);
  }
  expect(isEachWhole).toBe(true);
});

it('holds many in one buffer, and gives it back with the last of them', () => {
  const { pool, memory } = create();
  const held = Array.from({ length: 20 }, (_, value) => memory.hold(slice(value)));
  expect(new Set(held.map(({ buffer }) => buffer)).size).toBe(2);
  for (const bytes of held.slice(1)) memory.release(bytes);
  expect(pool.keptBytes).toBe(bufferBytes);
  memory.release(held[0]!);
  expect(pool.keptBytes).toBe(2 * bufferBytes);
  expect(memory.hold(slice(1)).buffer).toBe(held[0]!.buffer);
});

it('does not copy a large one', () => {
  const { pool, memory } = create();
  const large = slice(1, 16 * 1024 + 1);
  expect(memory.hold(large)).toBe(large);
  memory.release(large);
  expect(pool.keptBytes).toBe(0);
});
