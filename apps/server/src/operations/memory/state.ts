import { performance } from 'node:perf_hooks';
import type { Governor, LevelChange } from '@hansard/headroom';
import type { EngineStatus, MemoryAlert, MemoryLevelChange, MemoryState } from '@hansard/protocol';
import type { Drill } from './drill.ts';

/** What the memory page shows is asked here, at every look. */
export interface MemorySources {
  governor: Governor;
  isGoverned: boolean;
  /** What the process may take. */
  limitBytes: number;
  /** How many more meetings memory bears beside so many. */
  capacity: (active: number) => { bytesPerMeeting: number; maxMeetings: number; fitsMore: number };
  meetings: { readonly size: number; readonly waiting: number };
  /** What each live meeting holds, in no order. */
  heldByMeetings: () => Iterable<{ id: string; bytes: number; tracks: number }>;
  /** Indexes of meetings' documents in memory, in no order. */
  residentRooms: () => readonly (Omit<MemoryState['rooms'][number], 'id' | 'title'> & { meetingId: string })[];
  titlesOf: (meetingIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  queues: () => MemoryState['queues'] | Promise<MemoryState['queues']>;
  engines: () => EngineStatus[];
  /** Null where drills are off. */
  drill: Pick<Drill, 'report'> | null;
  /** Milliseconds since 1970, and of the governor's clock. */
  now?: () => number;
  monotonicNow?: () => number;
}

const maxMeetings = 20;
const maxRooms = 50;
/** Machines so many times as large are said to bear how many meetings. */
const larger = [2, 4, 8] as const;
/** Meetings are admitted below this share of the limit. */
const admitBelow = 0.85;

export type ReadMemoryState = () => Promise<MemoryState>;

/** Everything about memory as of now, in the words of the protocol. */
export function createMemoryState(sources: MemorySources): ReadMemoryState {
  const { governor, isGoverned, limitBytes, capacity, meetings, heldByMeetings, titlesOf, queues, engines } = sources;
  const { residentRooms, drill, now = Date.now, monotonicNow = () => performance.now() } = sources;

  /** The governor's clock counts from the start of the process. */
  const toEpoch = (atMs: number): number => Math.round(now() - (monotonicNow() - atMs));
  const toAlert = ({ key, severity, state, message, atMs }: ReturnType<Governor['alerts']['firing']>[number]) =>
    ({ key, severity, state, message, at: toEpoch(atMs) }) satisfies MemoryAlert;
  const toChange = ({ level, previous, sample: { atMs, pressure, tightest } }: LevelChange): MemoryLevelChange => ({
    at: toEpoch(atMs),
    level,
    previous,
    pressure,
    tightest,
  });

  async function largestMeetings(): Promise<MemoryState['meetings']> {
    const largest = [...heldByMeetings()].sort((one, other) => other.bytes - one.bytes).slice(0, maxMeetings);
    if (largest.length === 0) return [];
    const titles = await titlesOf(largest.map(({ id }) => id));
    return largest.map(({ id, bytes, tracks }) => ({ id, title: titles.get(id) ?? id, bytes: whole(bytes), tracks }));
  }

  async function largestRooms(): Promise<MemoryState['rooms']> {
    const largest = residentRooms()
      .toSorted((one, other) => other.bytes - one.bytes)
      .slice(0, maxRooms);
    if (largest.length === 0) return [];
    const titles = await titlesOf(largest.map(({ meetingId }) => meetingId));
    return largest.map(({ meetingId: id, bytes, ...room }) => ({
      ...room,
      id,
      title: titles.get(id) ?? id,
      bytes: whole(bytes),
    }));
  }

  function capacityNow(rssBytes: number): MemoryState['capacity'] {
    const { size: activeMeetings, waiting: waitingMeetings } = meetings;
    const { bytesPerMeeting, maxMeetings, fitsMore } = capacity(activeMeetings);
    return {
      activeMeetings,
      waitingMeetings,
      maxMeetings,
      bytesPerMeeting: whole(bytesPerMeeting),
      fitsMore,
      limitBytes: whole(limitBytes),
      larger: larger.map((times) => {
        const moreBytes = admitBelow * limitBytes * times - rssBytes;
        const fits = Math.max(0, Math.floor(moreBytes / bytesPerMeeting));
        return { limitBytes: whole(limitBytes * times), maxMeetings: Math.max(maxMeetings, activeMeetings + fits) };
      }),
    };
  }

  return async () => {
    const [held, rooms, waiting] = await Promise.all([largestMeetings(), largestRooms(), queues()]);
    const { pressure, tightest, signals, gauges } = governor.sample();
    const { entries, accountedBytes, measuredBytes, unexplainedBytes } = governor.ledger();
    const ahead = governor.forecast();
    return {
      at: now(),
      governed: isGoverned,
      level: governor.level,
      pressure,
      tightest,
      thresholds: { ...governor.thresholds },
      signals: Object.entries(signals).map(([name, { usedBytes, limitBytes }]) => ({
        name: name as keyof typeof signals,
        usedBytes: whole(usedBytes),
        limitBytes: whole(limitBytes),
      })),
      gauges: {
        heapUsedBytes: gauges.heapUsedBytes,
        heapTotalBytes: gauges.heapTotalBytes,
        externalBytes: gauges.externalBytes,
        eventLoopP99Ms: gauges.eventLoop.p99DelayMs,
        eventLoopUtilization: gauges.eventLoop.utilization,
        majorCollections: gauges.collections.major.count,
        pressureStall: gauges.psi?.some ?? null,
      },
      forecast: ahead && { level: ahead.level, inMs: ahead.inMs },
      leaks: governor.leak().findings.map(({ kind, severity, fromBytes, toBytes, bytesPerMinute }) => ({
        kind,
        severity,
        fromBytes: whole(fromBytes),
        toBytes: whole(toBytes),
        bytesPerMinute,
      })),
      holders: entries
        .map(({ name, kind, bytes }) => ({ name, kind, bytes: whole(bytes) }))
        .sort((one, other) => other.bytes - one.bytes),
      accountedBytes: whole(accountedBytes),
      measuredBytes: whole(measuredBytes),
      unexplainedBytes: Math.round(unexplainedBytes),
      caches: governor.caches().map(({ name, bytes, capBytes, maxBytes, keys, hits, misses, evictions }) => ({
        name,
        bytes: whole(bytes),
        capBytes: whole(capBytes),
        maxBytes: whole(maxBytes),
        keys,
        hits,
        misses,
        evictions: Object.values(evictions).reduce((sum, count) => sum + count, 0),
      })),
      features: governor.features().map(({ name, on, offAt }) => ({ name, on, offAt })),
      classes: governor
        .classes()
        .map(({ name, priority, inFlight, queued, limit, refusedForMemory, refusedAsBusy }) => ({
          name,
          priority,
          inFlight,
          queued,
          limit: Number.isFinite(limit) ? limit : null,
          rejected: refusedForMemory + refusedAsBusy,
        })),
      responses: governor.responses().map(({ name, strength }) => ({ name, strength })),
      levelHistory: governor.levelHistory.map(toChange).toReversed(),
      alerts: governor.alerts.recent().map(toAlert).toReversed(),
      rooms,
      meetings: held,
      capacity: capacityNow(gauges.rssBytes),
      queues: waiting,
      engines: engines(),
      drill: drill && { report: drill.report },
    };
  };
}

/** Bytes are whole and none is below 0, whatever arithmetic they come from. */
const whole = (bytes: number): number => Math.max(0, Math.round(bytes));
