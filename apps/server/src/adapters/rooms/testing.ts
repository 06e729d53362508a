import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TestRedis {
  url: string;
  /** Ends it with SIGKILL; it kept nothing on disk. */
  kill(): Promise<void>;
  /** Once more on the same port, empty. */
  start(): Promise<void>;
}

/** A Redis of one's own, on a free port of loopback, that keeps nothing. */
export async function startRedis(flags: readonly string[] = []): Promise<TestRedis> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...flags];
  let end = async () => {};
  const start = async () => {
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    const exited = once(child, 'exit');
    end = async () => {
      child.kill('SIGKILL');
      await exited;
    };
    await untilOpen(port);
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, kill: () => end() };
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`Redis did not open port ${port} in 10 s; is redis-server installed?`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
