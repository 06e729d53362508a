import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServerProcess } from './server-process.ts';

export interface LiveMemory {
  heapUsedBytes: number;
  arrayBufferBytes: number;
}

const collectRounds = 3;

/**
 * What a running Node process holds once its garbage is collected. It asks by Node's inspector, which SIGUSR1 opens in any
 * Node process: the server is not changed for it. Start it with `--inspect-port=127.0.0.1:0`.
 */
export async function readLiveMemory(server: ServerProcess): Promise<LiveMemory> {
  process.kill(server.pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(server));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  let lastId = 0;
  const ask = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      const id = (lastId += 1);
      const onMessage = (data: unknown) => {
        const message = JSON.parse(String(data)) as { id?: number; result?: unknown };
        if (message.id !== id) return;
        socket.off('message', onMessage);
        resolve(message.result);
      };
      socket.on('message', onMessage);
      socket.send(JSON.stringify({ id, method, params }));
    });

  for (let round = 0; round < collectRounds; round += 1) {
    await ask('HeapProfiler.collectGarbage');
    await sleep(500);
  }
  const evaluated = (await ask('Runtime.evaluate', {
    expression: 'JSON.stringify(process.memoryUsage())',
    returnByValue: true,
  })) as { result: { value: string } };
  socket.close();
  const { heapUsed, arrayBuffers } = JSON.parse(evaluated.result.value) as NodeJS.MemoryUsage;
  return { heapUsedBytes: heapUsed, arrayBufferBytes: arrayBuffers };
}

/** Once open, it stays so; what a server has printed is kept only for a while. */
const knownUrls = new WeakMap<ServerProcess, { pid: number; url: string }>();

async function inspectorUrl(server: ServerProcess): Promise<string> {
  const { pid } = server;
  const known = knownUrls.get(server);
  if (known?.pid === pid) return known.url;
  for (let tries = 0; tries < 200; tries += 1) {
    const url = /Debugger listening on (ws:\S+)/.exec(server.output())?.[1];
    if (url) {
      knownUrls.set(server, { pid, url });
      return url;
    }
    await sleep(50);
  }
  throw new Error('The inspector did not open.');
}
