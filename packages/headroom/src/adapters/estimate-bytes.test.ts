import { expect, test } from 'vitest';
import { estimateBytes } from './estimate-bytes.ts';

test('[D3] estimates grow with text, items and bytes, and survive cycles', () => {
  expect(estimateBytes('x'.repeat(1000))).toBeGreaterThanOrEqual(1000);
  expect(estimateBytes(new Uint8Array(5000))).toBeGreaterThanOrEqual(5000);
  expect(estimateBytes(new Map([['key', new ArrayBuffer(5000)]]))).toBeGreaterThanOrEqual(5000);
  expect(estimateBytes(new Set([{ text: 'x'.repeat(500) }]))).toBeGreaterThanOrEqual(500);
  expect(estimateBytes(undefined)).toBeLessThan(100);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  expect(estimateBytes(cycle)).toBeLessThan(100);
});

test('[D3] a large whole is judged by a part of it', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: 'x'.repeat(50) }));
  const ratio = estimateBytes(rows(500_000)) / estimateBytes(rows(2000));
  expect(ratio).toBeGreaterThan(125);
  expect(ratio).toBeLessThan(500);
});
