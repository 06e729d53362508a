import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { containerLimitBytes } from './container-limit.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function createTree(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'headroom-tree-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const group = (path: string, usedMb: number, limit: string) => ({
  [`sys/fs/cgroup${path}/memory.current`]: `${usedMb}000000\n`,
  [`sys/fs/cgroup${path}/memory.max`]: `${limit}\n`,
  [`sys/fs/cgroup${path}/memory.stat`]: 'anon 1\ninactive_file 0\n',
});

test('[O3] the heap has to fit into the smallest limit, also where a group above is fuller', () => {
  const root = createTree({
    'proc/self/cgroup': '0::/pod/app\n',
    ...group('/pod/app', 50, '512000000'),
    ...group('/pod', 3900, '4000000000'),
    ...group('', 1, 'max'),
  });
  expect(containerLimitBytes(root)).toBe(512_000_000);
});

test('[O3] without groups, limits or files there is no limit', () => {
  expect(containerLimitBytes(createTree({}))).toBe(null);
  expect(containerLimitBytes(createTree({ 'proc/self/cgroup': '0::/app\n', ...group('/app', 1, 'max') }))).toBe(null);
  expect(containerLimitBytes(createTree({ 'proc/self/cgroup': '0::/app\n', ...group('/app', 1, 'x') }))).toBe(null);
});
