import { getHeapSnapshot } from 'node:v8';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sizesOf, type HeapSnapshot } from './snapshot.ts';

test('sizes are summed by the kind of node', () => {
  const meta = {
    node_fields: ['type', 'name', 'self_size'],
    node_types: [['object', 'code', 'native'], 'string', 'number'],
  };
  const nodes = [0, 7, 100, 1, 8, 30, 2, 9, 5, 1, 8, 3];
  expect(sizesOf({ snapshot: { meta }, nodes })).toEqual({ dataBytes: 105, codeBytes: 33 });
  expect(() => sizesOf({ snapshot: { meta: { ...meta, node_types: [['object']] } }, nodes })).toThrow(
    'no heap snapshot',
  );
});

test('a real snapshot holds what is held: a Buffer of 8 MB', async () => {
  const before = sizesOf((await json(getHeapSnapshot())) as HeapSnapshot);
  const held = Buffer.alloc(8 * 2 ** 20, 1);
  const after = sizesOf((await json(getHeapSnapshot())) as HeapSnapshot);
  expect(after.dataBytes - before.dataBytes).toBeGreaterThan(0.9 * held.length);
  expect(after.codeBytes).toBeGreaterThan(0);
}, 60_000);
