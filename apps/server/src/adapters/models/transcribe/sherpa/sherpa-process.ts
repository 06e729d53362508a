import { fork, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import { EngineError } from '../contract.ts';
import type { SherpaAnswer, SherpaAsk, SherpaTask } from './messages.ts';

export interface SherpaProcess {
  ask(task: SherpaTask, signal: AbortSignal): Promise<Exclude<SherpaAnswer, { failure: unknown }>>;
  close(): Promise<void>;
}

interface SherpaProcessOptions {
  timeoutMs: number;
  /** A child that had nothing to do for so long is ended: a model takes 100 MB and more. */
  idleMs: number;
}

interface Waiting {
  settle(answer: SherpaAnswer): void;
  fail(error: EngineError): void;
}

const maxWaiting = 64;
const keptErrorBytes = 1024;

/** The native library lives in a child, so that neither its memory nor its crashes are the server's. Started on first use. */
export function createSherpaProcess({ timeoutMs, idleMs }: SherpaProcessOptions): SherpaProcess {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | null = null;
  let idleTimer: NodeJS.Timeout | undefined;
  let lastId = 0;

  function started(): ChildProcess {
    if (child) return child;
    const file = join(import.meta.dirname, `child${extname(import.meta.filename)}`);
    const made = fork(file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    let errors = '';
    made.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-keptErrorBytes);
    });
    made.on('message', (answer: SherpaAnswer) => waiting.get(answer.id)?.settle(answer));
    made.on('error', (error) => ended(made, error.message));
    made.on('exit', (code, signal) => ended(made, `ended with ${signal ?? code}: ${errors.trim() || 'no message'}`));
    child = made;
    return made;
  }

  /** A crash of the library may be one sound's doing: it costs an attempt. */
  function ended(which: ChildProcess, reason: string): void {
    if (child !== which) return;
    child = null;
    for (const { fail } of waiting.values()) fail(new EngineError('failed', `the speech process ${reason}`));
  }

  function stop(): void {
    clearTimeout(idleTimer);
    const stopped = child;
    if (!stopped) return;
    ended(stopped, 'was stopped');
    stopped.kill('SIGKILL');
  }

  return {
    async ask(task, signal) {
      signal.throwIfAborted();
      if (waiting.size >= maxWaiting) throw new EngineError('rate-limited', 'has too much to do');
      clearTimeout(idleTimer);
      const id = (lastId += 1);
      const { promise, resolve, reject } = Promise.withResolvers<SherpaAnswer>();
      waiting.set(id, { settle: resolve, fail: reject });
      const onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      // Native code can't be interrupted: a call that hangs takes the child with it.
      const timer = setTimeout(stop, timeoutMs);
      try {
        started().send({ ...task, id } satisfies SherpaAsk, (error) => {
          if (error) reject(new EngineError('failed', error.message));
        });
        const answer = await promise;
        if ('failure' in answer) throw new EngineError(answer.failure.kind, answer.failure.message);
        return answer;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        waiting.delete(id);
        if (waiting.size === 0) idleTimer = setTimeout(stop, idleMs).unref();
      }
    },
    close: async () => stop(),
  };
}
