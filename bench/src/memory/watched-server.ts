import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '@hansard/client';
import { fakeEngineEnv, hansardProgram } from '../load/hansard-server.ts';
import { readHeapSnapshot, readLiveMemory } from '../load/inspector.ts';
import { createServerProcess } from '../load/server-process.ts';
import { median } from '../report.ts';
import { sizesOf, type HeapSizes, type HeapSnapshot } from './snapshot.ts';

/** A server of its own for a scenario, and what it was seen to hold. */
export interface WatchedServer {
  readonly url: string;
  readonly restRssBytes: number;
  /** The highest since its start, by the kernel's own count. */
  peakRssBytes(): number;
  /** The most that one live meeting held, as the memory page says it. */
  readonly mostHeldByMeeting: number;
  /** The most that all meetings' last lines took. */
  readonly mostBufferBytes: number;
  /** Objects, Buffers and V8's code: the median of some readings, each after full collections. */
  floorBytes(): Promise<number>;
  /** The same by kind, from a heap snapshot. Taking one takes memory: the peak is no longer the meetings'. */
  floorByKind(): Promise<HeapSizes>;
  /** What its caches hold by their own account. */
  cacheBytes(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Before what is held is measured: a track leaves memory a minute after its connection, samples are kept for a minute. Without
 * it there would be as many of them as fitted into the last minute.
 */
export const restMs = 75_000;
const lookEveryMs = 250;
const floorReadings = 3;
/** The fake engine hears, and writes nothing. */
const localMinutes = { HANSARD_MINUTES_ENGINE: 'local' };

export async function startWatchedServer(
  engineUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WatchedServer> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-memory-'));
  const server = await createServerProcess(
    hansardProgram(dir, { ...fakeEngineEnv(engineUrl), ...localMinutes, ...env }),
  );
  await server.start();
  const api = createApi(server.url);
  const status = (field: string): number =>
    1024 *
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);
  const restRssBytes = status('VmRSS');
  let mostHeldByMeeting = 0;
  let mostBufferBytes = 0;
  let isStopped = false;

  async function look(): Promise<void> {
    const { meetings, caches } = await api.getMemory();
    mostHeldByMeeting = Math.max(mostHeldByMeeting, ...meetings.map(({ bytes }) => bytes));
    mostBufferBytes = Math.max(mostBufferBytes, caches.find(({ name }) => name === 'meeting-buffers')?.bytes ?? 0);
  }
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(() => (isStopped ? undefined : look()))
      .catch((error: unknown) => {
        if (!isStopped) throw error;
      });
  }, lookEveryMs);

  return {
    url: server.url,
    restRssBytes,
    peakRssBytes: () => status('VmHWM'),
    get mostHeldByMeeting() {
      return mostHeldByMeeting;
    },
    get mostBufferBytes() {
      return mostBufferBytes;
    },
    async floorBytes() {
      const readings: number[] = [];
      for (let reading = 0; reading < floorReadings; reading += 1) {
        const { heapUsedBytes, arrayBufferBytes } = await readLiveMemory(server);
        readings.push(heapUsedBytes + arrayBufferBytes);
      }
      return median(readings);
    },
    async floorByKind() {
      return sizesOf(JSON.parse(await readHeapSnapshot(server)) as HeapSnapshot);
    },
    async cacheBytes() {
      return (await api.getMemory()).caches.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await looking;
      await server.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
