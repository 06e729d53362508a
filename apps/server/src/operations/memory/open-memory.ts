import { freemem } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { collectGarbage, type Clock } from '@hansard/headroom';
import { createDumps } from '@hansard/headroom/operator';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import { createDownloads } from './downloads.ts';
import { createDrill } from './drill.ts';
import { openHistory } from './history.ts';
import { memoryRoutes } from './routes.ts';
import { createMemoryOperations } from './service.ts';
import { createMemoryState, type MemorySources } from './state.ts';

interface MemoryOptions extends Omit<MemorySources, 'drill'> {
  /** Where the course of memory is kept, and snapshots until they are downloaded. */
  dir: string;
  /** Whether drills may be had. */
  hasDrills: boolean;
  /** False where the room is in use, or not in memory. */
  evictRoom: (meetingId: string) => Promise<boolean>;
  /** After so long in emergency the process is restarted; undefined: never. */
  restartAfterMs: number | undefined;
  log: Logger;
}

/** What operators see of memory: its routes, and what goes on behind them. */
export interface Memory {
  routes: FastifyPluginAsync;
  /** Begins to keep the course of memory; the governor samples by now. */
  start(): void;
  /** Ends a drill that runs, and writes down what there is of the course. */
  close(): Promise<void>;
}

export async function openMemory(options: MemoryOptions): Promise<Memory> {
  const { dir, hasDrills, evictRoom, restartAfterMs, log, ...sources } = options;
  const { governor, meetings, now } = sources;
  const history = await openHistory({ dir, log, ...(now && { now }) });
  const drill = hasDrills
    ? createDrill({
        governor,
        thresholds: governor.thresholds,
        freeBytes: freemem,
        collect: collectGarbage,
        restartAfterMs,
        log,
        ...(now && { now }),
      })
    : null;
  // What a drill takes is nobody's riddle.
  if (drill) governor.account('drill', () => drill.report?.heldBytes ?? 0);
  const readState = createMemoryState({ ...sources, drill });
  const rooms = { resident: sources.residentRooms, evict: evictRoom };
  const downloads = createDownloads(
    createDumps({
      folder: join(dir, 'dumps'),
      clock: systemClock,
      sample: () => governor.sample(),
      level: () => governor.level,
    }),
  );
  let stop = (): void => {};
  return {
    routes: memoryRoutes(createMemoryOperations({ readState, history, drill, rooms, ...downloads })),
    start() {
      stop = governor.onSample((sample) => history.observe(sample, governor.level, meetings.size));
    },
    async close() {
      drill?.cancel();
      stop();
      await history.close();
    },
  };
}

const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
