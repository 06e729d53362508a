// The one entry of every npm script. Plain JavaScript for Node 20: it installs what is missing, finds a Node 24 and
// hands over to it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wantedMajor = 24;

/** What each script runs, with the Node 24: a file, and the arguments before the user's. */
const commands = {
  start: ['scripts/start.ts'],

  demo: ['scripts/demo.ts'],
  transcribe: ['scripts/transcribe.ts'],
  test: ['scripts/test.ts'],
  check: ['scripts/check.ts'],
  build: ['scripts/build.ts'],
  bench: ['bench/src/main.ts'],
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) fail(`Usage: npm run ${Object.keys(commands).join(' | npm run ')}`);

install();
run(findNode(), [...command, ...args]);

/** `npm ci` where there is no `node_modules`, or the lock is newer than it. */
function install() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing the packages (once)…');
  const npm = process.env.npm_execpath;
  const ci = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...ci], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', ci, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0) fail('`npm ci` failed; its message is above. Check the network and try again.');
}

/** This Node where it is new enough, else the one that npm installed. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath;
  const platform = { linux: 'linux', win32: 'win' }[process.platform];
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const bundled = join(root, 'node_modules', `node-${platform}-${process.arch}`, binary);
  if (existsSync(bundled)) return bundled;
  return fail(
    `Hansard needs Node ${wantedMajor} or newer; this is ${process.versions.node}, and npm has none for this machine.`,
  );
}

function run(node, nodeArgs) {
  // Children that call `node` (npm's binaries, tests) find the right one.
  const path = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...nodeArgs], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
