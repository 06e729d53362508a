import { spawn } from 'node:child_process';
import { launchArgs, launchEnv } from '@hansard/server/launch';
import { build } from './build.ts';

// Stripped ahead: stripping at start costs memory that a small server is short of.
build();
const child = spawn(process.execPath, [...launchArgs, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: launchEnv(process.env),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
