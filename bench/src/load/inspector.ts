import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServerProcess } from './server-process.ts';

export interface LiveMemory {
  heapUsedBytes: number;
  arrayBufferBytes: number;
}

const collectRounds = 3;

/** What a running Node process holds once its garbage is collected. */
export async function readLiveMemory(server: ServerProcess): Promise<LiveMemory> {
  const inspector = await openInspector(server);
  for (let round = 0; round < collectRounds; round += 1) {
    await inspector.ask('HeapProfiler.collectGarbage');
    await sleep(500);
  }
  const evaluated = (await inspector.ask('Runtime.evaluate', {
    expression: 'JSON.stringify(process.memoryUsage())',
    returnByValue: true,
  })) as { result: { value: string } };
  inspector.close();
  const { heapUsed, arrayBuffers } = JSON.parse(evaluated.result.value) as NodeJS.MemoryUsage;
  return { heapUsedBytes: heapUsed, arrayBufferBytes: arrayBuffers };
}

/** A heap snapshot as JSON. V8 makes it by itself: none of the server's code runs for it, or is compiled. */
export async function readHeapSnapshot(server: ServerProcess): Promise<string> {
  const pieces: string[] = [];
  const inspector = await openInspector(server, ({ method, params }) => {
    if (method === 'HeapProfiler.addHeapSnapshotChunk') pieces.push((params as { chunk: string }).chunk);
  });
  await inspector.ask('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  inspector.close();
  return pieces.join('');
}

interface Inspector {
  ask(method: string, params?: object): Promise<unknown>;
  close(): void;
}

interface InspectorEvent {
  method: string;
  params: unknown;
}

/**
 * Node's inspector, which SIGUSR1 opens in any Node process: the server is not changed for it. Start it with
 * `--inspect-port=127.0.0.1:0`.
 */
async function openInspector(
  server: ServerProcess,
  onEvent: (event: InspectorEvent) => void = () => {},
): Promise<Inspector> {
  process.kill(server.pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(server));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  socket.on('message', (data: unknown) => {
    const message = JSON.parse(String(data)) as Partial<InspectorEvent> & { id?: number; result?: unknown };
    if (message.id === undefined) return onEvent(message as InspectorEvent);
    waiting.get(message.id)?.(message.result);
    waiting.delete(message.id);
  });
  return {
    ask: (method, params = {}) =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        socket.send(JSON.stringify({ id: lastId, method, params }));
      }),
    close: () => socket.close(),
  };
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
