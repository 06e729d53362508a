import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EngineError } from './contract.ts';

interface PipeJob {
  /** Run by `sh`, which reads the input from a real pipe: some programs can't take a socket as stdin. */
  shellCommand: string;
  input: AsyncIterable<Uint8Array>;
  timeoutMs: number;
  maxOutputBytes: number;
}

const keptErrorBytes = 2048;
const commandNotFound = 127;

/**
 * Feeds a program and gives back what it printed. It is killed, with all it started, on abort, at the timeout and when it
 * prints more than it may. Rejects with `EngineError`: `unavailable` where there is no such program, else `failed`.
 */
export async function runPipe({ shellCommand, input, timeoutMs, maxOutputBytes }: PipeJob, signal: AbortSignal) {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', shellCommand], { detached: true, stdio: 'pipe' });
  const exited = once(child, 'close') as Promise<[number | null]>;
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  let tooLong = false;
  const timer = setTimeout(() => {
    tooLong = true;
    kill();
  }, timeoutMs);
  signal.addEventListener('abort', kill, { once: true });

  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.length > maxOutputBytes) kill();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-keptErrorBytes);
  });
  const fed = pipeline(Readable.from(input, { objectMode: false }), child.stdin);
  try {
    const [[code], feeding] = await Promise.all([exited, settled(fed)]);
    signal.throwIfAborted();
    if (tooLong) throw new EngineError('failed', `took longer than ${timeoutMs} ms`);
    if (code === commandNotFound) throw new EngineError('unavailable', 'its program is not installed');
    if (code !== 0)
      throw new EngineError('failed', `ended with ${code ?? 'a signal'}: ${errors.trim() || 'no message'}`);
    if (feeding) throw new EngineError('failed', 'did not take its input', { cause: feeding });
    return output;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    kill();
  }
}

async function settled(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}
