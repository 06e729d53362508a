import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');
/** In the order of their dependencies. */
const stripped = ['packages/headroom', 'packages/protocol', 'packages/client', 'apps/server'];

/** Strips the types of what the server runs, and bundles the web app; only what has changed since the last time. */
export function build(): void {
  for (const folder of stripped) {
    ifStale(folder, [], () => runNode('node_modules/typescript7/bin/tsc', ['-p', join(folder, 'tsconfig.build.json')]));
  }
  ifStale('apps/web', stripped.slice(1, 3), () =>
    runNode('node_modules/vite/bin/vite.js', ['build', '--logLevel', 'warn', 'apps/web']),
  );
}

function ifStale(folder: string, alsoFrom: string[], make: () => void): void {
  const stamp = join(root, folder, 'dist', '.built');
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const sources = [folder, ...alsoFrom].map((source) => join(root, source));
  if (sources.every((source) => newestChange(source) < builtAt)) return;
  console.error(`Building ${folder}…`);
  const startedAt = new Date();
  make();
  writeFileSync(stamp, startedAt.toISOString());
}

function newestChange(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChange(path) : statSync(path).mtimeMs);
  }
  return newest;
}

function runNode(script: string, args: string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
