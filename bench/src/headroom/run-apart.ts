import { spawn } from 'node:child_process';

export interface Apart {
  /** A file that Node runs; its arguments, and the flags before it. */
  file: string;
  args?: readonly string[];
  flags?: readonly string[];
  /** The `node` to run it with; this one unless told. */
  node?: string;
  /** It is killed after so long. */
  timeoutMs: number;
}

export interface Ended {
  /** Null where a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it has printed in whole lines, the last ones. */
  lines: string[];
  /** The end of what it said on stderr. */
  errors: string;
}

const keptLines = 100;
const keptErrors = 16_384;

/** Runs a process to its end: in one of its own, a measurement has a heap, a compiler and flags of its own. */
export function runApart({ file, args = [], flags = [], node = process.execPath, timeoutMs }: Apart): Promise<Ended> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...flags, file, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let output = '';
  let errors = '';
  child.stdout.on('data', (data) => {
    output += String(data);
    const lines = output.split('\n');
    if (lines.length > 2 * keptLines) output = lines.slice(-keptLines).join('\n');
  });
  child.stderr.on('data', (data) => {
    errors = (errors + String(data)).slice(-keptErrors);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, lines: output.split('\n').slice(0, -1).slice(-keptLines), errors });
    });
  });
}

/** What a process says in its last line, as JSON. Throws where it fails. */
export async function measureApart<T>(apart: Apart): Promise<T> {
  const { code, signal, lines, errors } = await runApart(apart);
  const last = lines.at(-1);
  if (code !== 0 || last === undefined) {
    throw new Error(`${apart.file} ended with ${signal ?? code}: ${errors.slice(-2000)}`);
  }
  return JSON.parse(last) as T;
}
