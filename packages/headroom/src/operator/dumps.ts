import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot } from 'node:v8';
import type { Clock, Level, Sample } from '../contracts.ts';
import { MemoryPressureError, readingsOf } from '../pressure-error.ts';

export interface DumpsOptions {
  /** Where files are put; made where it is missing. They hold what the process has in memory: keep them private. */
  readonly folder: string;
  readonly clock: Clock;
  /** `governor` gives both. */
  readonly sample: () => Sample;
  readonly level: () => Level;
  /** Bytes that the process may still take, as far as the machine knows; Node's `availableMemory` by default. */
  readonly availableBytes?: () => number;
  /** Free bytes where `folder` is. */
  readonly diskBytes?: (folder: string) => Promise<number>;
}

export interface Dump {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
}

/** What an operator takes of a running process, one at a time. */
export interface Dumps {
  /**
   * Writes a heap snapshot (`.heapsnapshot`). V8 stands still while it makes it, about a second for each 100 MB; writing goes on
   * beside other work. Rejects with a `MemoryPressureError`: where there is no room for it (`MEMORY_PRESSURE`, twice the
   * heap in memory) or another is being taken (`BUSY`); with an Error of code `ENOSPC` where the disk has none.
   */
  heapSnapshot(signal?: AbortSignal): Promise<Dump>;
  /** Samples who allocates, for `durationMs`, and writes a `.heapprofile`. Rejects as `heapSnapshot` does. */
  allocationProfile(options: { durationMs: number; everyBytes?: number; signal?: AbortSignal }): Promise<Dump>;
}

const roomForSnapshot = 2;
const defaultEveryBytes = 128 * 1024;

export function createDumps({ folder, clock, sample, level, ...options }: DumpsOptions): Dumps {
  const { availableBytes = availableMemoryBytes, diskBytes = freeDiskBytes } = options;
  let isTaking = false;

  /** The least of what limits and the machine leave; V8's own heap is no limit, as dumps are made outside of it. */
  function freeBytes({ signals }: Sample): number {
    const rooms = [signals.container, signals.rss].flatMap((reading) =>
      reading === undefined ? [] : [reading.limitBytes - reading.usedBytes],
    );
    return Math.min(availableBytes(), ...rooms);
  }

  async function checkRoom(neededBytes: number) {
    const taken = sample();
    if (freeBytes(taken) < neededBytes) {
      const readings = { ...readingsOf(taken, level()), requestedBytes: neededBytes };
      throw new MemoryPressureError('There is no room for this in memory', { readings });
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await diskBytes(folder)) < neededBytes) {
      throw Object.assign(new Error('There is no room for this on the disk'), { code: 'ENOSPC' });
    }
  }

  /** Checks for room, lets `write` write, and gives the file its name once it is whole. What was cut off is deleted. */
  async function take(extension: string, neededBytes: number, write: (path: string) => Promise<void>): Promise<Dump> {
    if (isTaking) {
      const readings = readingsOf(sample(), level());
      throw new MemoryPressureError('Another one is being taken', { code: 'BUSY', readings });
    }
    isTaking = true;
    const startedAtMs = clock.now();
    const name = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.${extension}`;
    const path = join(folder, name);
    const partial = `${path}.partial`;
    try {
      await checkRoom(neededBytes);
      await write(partial);
      await rename(partial, path);
      const { size } = await stat(path);
      return { path, bytes: size, durationMs: clock.now() - startedAtMs };
    } finally {
      await rm(partial, { force: true });
      isTaking = false;
    }
  }

  return {
    heapSnapshot: (signal) =>
      take('heapsnapshot', roomForSnapshot * sample().gauges.heapUsedBytes, (path) => {
        signal?.throwIfAborted();
        return pipeline(getHeapSnapshot(), createWriteStream(path, { mode: 0o600, flags: 'wx' }), {
          ...(signal && { signal }),
        });
      }),
    allocationProfile: ({ durationMs, everyBytes = defaultEveryBytes, signal }) =>
      take('heapprofile', profileBytes, async (path) => {
        const profile = await profileFor(durationMs, everyBytes, clock, signal);
        await writeFile(path, JSON.stringify(profile), { mode: 0o600, flag: 'wx' });
      }),
  };
}

/** About what a profile of many call sites takes. */
const profileBytes = 32 * 2 ** 20;

async function profileFor(durationMs: number, everyBytes: number, clock: Clock, signal?: AbortSignal): Promise<object> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.startSampling', { samplingInterval: everyBytes });
    await elapse(durationMs, clock, signal);
    const { profile } = await session.post('HeapProfiler.stopSampling');
    return profile;
  } finally {
    session.disconnect();
  }
}

function elapse(durationMs: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(durationMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Knows of containers; in early versions of Node 20 there is the machine's alone. */
function availableMemoryBytes(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory?.call(process) ?? freemem();
}

async function freeDiskBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
