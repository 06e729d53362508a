import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithThisProcess } from './children.ts';

export interface ServerProgram {
  /** A file that Node runs, with the flags before it. */
  file: string;
  flags?: readonly string[];
  /** It is told its port as `PORT`. */
  env?: Readonly<NodeJS.ProcessEnv>;
  /** A program that becomes what its arguments say, such as a shell that enters a container and then executes them. */
  launcher?: readonly string[];
}

/** A server in a process of its own, which can be killed and started again on the same port. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** How the process came to its end; null while it runs, or before it does. */
  end(): { code: number | null; signal: NodeJS.Signals | null } | null;
  /** The end of what it has printed. */
  output(): string;
  /** Resolves when `/health` answers, with the milliseconds that it took. */
  start(): Promise<number>;
  /** Begins a start without waiting until the server is well. */
  spawn(): void;
  untilHealthy(): Promise<void>;
  /** SIGKILL: nothing of it runs any more. */
  kill(): Promise<void>;
}

const keptOutput = 16_384;
const startTimeoutMs = 120_000;
const probeEveryMs = 25;

export async function createServerProcess(program: ServerProgram): Promise<ServerProcess> {
  const { file, flags = [], env = {}, launcher = [] } = program;
  const [command, ...args] = [...launcher, process.execPath, '--disable-warning=ExperimentalWarning', ...flags, file];
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let output = '';

  const keep = (text: unknown) => {
    output = (output + String(text)).slice(-keptOutput);
  };

  const server: ServerProcess = {
    url,
    get pid() {
      if (!child?.pid) throw new Error('The server does not run.');
      return child.pid;
    },
    output: () => output,
    end() {
      if (!child || (child.exitCode === null && child.signalCode === null)) return null;
      return { code: child.exitCode, signal: child.signalCode };
    },
    spawn() {
      child = endWithThisProcess(
        spawn(command, args, {
          env: { ...process.env, ...env, HOST: '127.0.0.1', PORT: String(port) },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
      child.stdout!.on('data', keep);
      child.stderr!.on('data', keep);
    },
    async untilHealthy() {
      const giveUpAt = Date.now() + startTimeoutMs;
      while (Date.now() < giveUpAt) {
        if (child?.exitCode !== null) throw new Error(`${file} ended with ${child?.exitCode}:\n${output}`);
        const answer = await fetch(`${url}/health`).catch(() => null);
        await answer?.body?.cancel();
        if (answer?.ok) return;
        await sleep(probeEveryMs);
      }
      throw new Error(`${file} did not get well in ${startTimeoutMs} ms:\n${output}`);
    },
    async start() {
      const startedAt = performance.now();
      server.spawn();
      await server.untilHealthy();
      return performance.now() - startedAt;
    },
    async kill() {
      const ended = child;
      child = null;
      if (!ended || ended.exitCode !== null || ended.signalCode !== null) return;
      const exited = once(ended, 'exit');
      ended.kill('SIGKILL');
      await exited;
    },
  };
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
