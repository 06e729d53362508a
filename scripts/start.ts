import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.ts';

// Stripped ahead: stripping at start costs memory that a small server is short of.
build();
const main = join(import.meta.dirname, '..', 'apps', 'server', 'dist', 'main.js');
const child = spawn(
  process.execPath,
  ['--conditions=built', '--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
