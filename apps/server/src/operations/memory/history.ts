import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Level, Sample } from '@hansard/headroom';
import { memoryLevels, memorySignalNames, type MemoryHistory, type MemoryRange } from '@hansard/protocol';
import type { Logger } from 'pino';
import { emptyPoint, raise, type MemoryPoint } from './point.ts';
import { openRingFile, type RingFile } from './ring-file.ts';

export interface HistoryOptions {
  /** Where its two files are, of 350 KB each. */
  dir: string;
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export type History = Awaited<ReturnType<typeof openHistory>>;

const second = 1000;
const minute = 60 * second;
/** A day of them, and 30 days. */
const fine = { stepMs: 10 * second, slots: 8640 } as const;
const coarse = { stepMs: 5 * minute, slots: 8640 } as const;
const liveSlots = 300;
/** So much of the course may be lost in a crash. */
const writeEveryMs = minute;

/** A process that had no turn for so long was held up, and not away: what is seen next is taken for these steps too. */
const mostHeldUpMs = 5 * second;

/** How many steps are shown, and how many of those that are kept make one. */
const ranges = {
  minutes: { tier: 'live', steps: liveSlots, each: 1 },
  hour: { tier: 'fine', steps: 360, each: 1 },
  day: { tier: 'fine', steps: 1440, each: 6 },
  month: { tier: 'coarse', steps: 1440, each: 6 },
} as const satisfies Record<MemoryRange, object>;

/** One of the three lengths of step: what is gathered of the one that has begun, and where those before are. */
interface Tier {
  readonly stepMs: number;
  current: MemoryPoint | null;
  keep(point: MemoryPoint): void;
  read(fromStep: number, toStep: number): Promise<readonly MemoryPoint[]>;
}

/** The course of memory: five minutes by the second in memory, a day and 30 days on disk, through restarts. */
export async function openHistory({ dir, log, now = Date.now }: HistoryOptions) {
  await mkdir(dir, { recursive: true }).catch(() => undefined);
  const files = {
    fine: await openRingFile({ ...fine, path: join(dir, 'memory-day.ring'), log }),
    coarse: await openRingFile({ ...coarse, path: join(dir, 'memory-month.ring'), log }),
  };
  /** Done, and not yet in their file. */
  const unwritten: Record<keyof typeof files, MemoryPoint[]> = { fine: [], coarse: [] };
  const live: MemoryPoint[] = [];
  const tiers = {
    live: {
      stepMs: second,
      current: null,
      keep(point) {
        live.push(point);
        if (live.length > liveSlots) live.shift();
      },
      read: (from, to) => Promise.resolve(live.filter(({ step }) => step >= from && step <= to)),
    } as Tier,
    fine: await tierOf(fine.stepMs, files.fine, unwritten.fine, now()),
    coarse: await tierOf(coarse.stepMs, files.coarse, unwritten.coarse, now()),
  };
  let writtenAt = now();

  /** What has begun is written too, so that a crash takes a minute of it and not five. */
  async function write(): Promise<void> {
    writtenAt = now();
    await Promise.all(
      (['fine', 'coarse'] as const).map((name) => {
        const { current } = tiers[name];
        const points = [...unwritten[name].splice(0), ...(current ? [current] : [])];
        return files[name].write(points);
      }),
    );
  }

  return {
    /** To be called with every sample. */
    observe({ signals }: Pick<Sample, 'signals'>, level: Level, activeMeetings: number): void {
      const at = now();
      const seen = {
        level: memoryLevels.indexOf(level),
        activeMeetings,
        signals: memorySignalNames.map((name) => {
          const reading = signals[name];
          if (!reading) return null;
          return { ratio: reading.usedBytes / reading.limitBytes, usedBytes: Math.round(reading.usedBytes) };
        }),
      };
      for (const tier of Object.values(tiers)) {
        const step = Math.floor(at / tier.stepMs);
        if (tier.current?.step !== step) {
          if (tier.current) {
            tier.keep(tier.current);
            for (const missed of heldUp(tier.current.step, step, tier.stepMs)) {
              const point = emptyPoint(missed);
              raise(point, seen);
              tier.keep(point);
            }
          }
          tier.current = emptyPoint(step);
        }
        raise(tier.current, seen);
      }
      if (Math.abs(at - writtenAt) >= writeEveryMs) void write();
    },

    async read(range: MemoryRange): Promise<MemoryHistory> {
      const { tier: name, steps, each } = ranges[range];
      const tier = tiers[name];
      const stepMs = tier.stepMs * each;
      const last = Math.floor(now() / stepMs);
      const first = last - steps + 1;
      const merged = new Map<number, MemoryPoint>();
      const kept = await tier.read(first * each, (last + 1) * each - 1);
      for (const point of tier.current ? [...kept, tier.current] : kept) {
        const step = Math.floor(point.step / each);
        const into = merged.get(step) ?? emptyPoint(step);
        raise(into, point);
        merged.set(step, into);
      }
      return toColumns(
        Array.from({ length: steps }, (_, index) => merged.get(first + index) ?? null),
        { range, stepMs, from: first * stepMs },
      );
    },

    async close(): Promise<void> {
      await write();
      await Promise.all(Object.values(files).map((file) => file.close()));
    },
  };
}

/** Goes on with the step in which the server was stopped. */
async function tierOf(stepMs: number, file: RingFile, unwritten: MemoryPoint[], at: number): Promise<Tier> {
  const step = Math.floor(at / stepMs);
  const [current] = await file.read(step, step);
  return {
    stepMs,
    current: current ?? null,
    keep: (point) => void unwritten.push(point),
    async read(from, to) {
      const points = await file.read(from, to);
      return [...points, ...unwritten.filter((point) => point.step >= from && point.step <= to)];
    },
  };
}

/** The steps between two that were seen, where that is no longer than a process is held up. */
function heldUp(last: number, step: number, stepMs: number): number[] {
  const count = step - last - 1;
  return count > 0 && count * stepMs <= mostHeldUpMs
    ? Array.from({ length: count }, (_, index) => last + 1 + index)
    : [];
}

function toColumns(
  points: readonly (MemoryPoint | null)[],
  head: Pick<MemoryHistory, 'range' | 'stepMs' | 'from'>,
): MemoryHistory {
  return {
    ...head,
    level: points.map((point) => point && point.level),
    activeMeetings: points.map((point) => point && point.activeMeetings),
    signals: memorySignalNames.flatMap((name, place) => {
      const column = points.map((point) => point?.signals[place] ?? null);
      if (column.every((reading) => reading === null)) return [];
      const ratio = column.map((reading) => reading && Math.round(reading.ratio * 1e4) / 1e4);
      return [{ name, ratio, usedBytes: column.map((reading) => reading && reading.usedBytes) }];
    }),
  };
}
