import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sizesOf } from './snapshot.ts';
import type { TwoSnapshots } from './apart/two-snapshots.ts';

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
  // A process of its own: this one's heap is that of all tests, and takes a minute to write out.
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL('apart/two-snapshots.ts', import.meta.url)),
  ]);
  const { heldBytes, before, after } = JSON.parse(stdout) as TwoSnapshots;
  expect(after.dataBytes - before.dataBytes).toBeGreaterThan(0.9 * heldBytes);
  expect(after.codeBytes).toBeGreaterThan(0);
});
