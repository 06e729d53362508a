import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchArgs, launchEnv } from '@hansard/server/launch';

/** The real server as a process of its own, that can be killed and started again on the same data and port. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** SIGKILL: nothing is written any more. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** SIGTERM: drains. */
  stop(): Promise<void>;
  output(): string;
}

export async function startServer(dataDir: string, env: Record<string, string> = {}): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let output = '';

  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, launchArgs, {
      env: {
        ...launchEnv(process.env),
        HANSARD_ENGINE: 'pocketsphinx',
        ...env,
        PORT: String(port),
        HANSARD_DATA_DIR: dataDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (text) => (output += String(text)));
    await untilHealthy(url, started, () => output);
  };

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const ended = child;
    child = null;
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return;
    const exited = once(ended, 'exit');
    ended.kill(signal);
    await exited;
  };

  await start();
  return { url, port, start, kill: () => end('SIGKILL'), stop: () => end('SIGTERM'), output: () => output };
}

async function untilHealthy(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`The server did not get well in 30 s:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
