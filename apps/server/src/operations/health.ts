import type { Governor, Level } from '@hansard/headroom';

/** What `/health` says: well enough to serve, how short memory is, and what it is doing. */
export interface Health {
  status: 'ok' | 'draining';
  uptimeSeconds: number;
  /** How short memory is. Only a process that answers nothing is ill: what sheds load goes on. */
  level: Level;
  memory: {
    /** 0 to 1, and above where a limit is passed: of the signal that is nearest to its limit. */
    pressure: number;
    tightest: string | null;
    rssBytes: number;
    heapUsedBytes: number;
    externalBytes: number;
    signals: Partial<Record<string, { usedBytes: number; limitBytes: number }>>;
  };
  activeMeetings: number;
  waitingMeetings: number;
  /** Indexes of meetings' documents in memory. */
  rooms: number;
  /** Of rooms shared with other instances; null for an instance by itself. */
  sharing: SharingHealth | null;
  /** How many more meetings memory bears, by what those of now take. */
  fitsMore: number;
  connections: number;
  liveTracks: number;
  journal: { bytesInFlight: number; fileBytes: number };
  engine: { name: string; state: string };
}

export interface SharingHealth {
  /** `warning`: Redis is nearly full. `unreachable`: each instance answers what it has. */
  status: 'ok' | 'warning' | 'unreachable';
  /** Of Redis, as last read; null while it can't be reached. */
  memory: { usedBytes: number; limitBytes: number; utilization: number } | null;
  /** Rooms that this instance answers for. */
  leases: number;
  /** Since the start: questions that another instance answered, rooms taken from another one, copies not put. */
  forwarded: number;
  takenOver: number;
  refused: number;
}

export interface HealthSources {
  isDraining: () => boolean;
  governor: Pick<Governor, 'level' | 'sample'>;
  meetings: () => { active: number; waiting: number; fitsMore: number };
  /** Indexes of meetings' documents in memory. */
  rooms: () => number;
  sharing: () => SharingHealth | null;
  connections: () => number;
  capture: () => { liveTracks: number; journal: { bytesInFlight: number; fileBytes: number } };
  engine: () => { name: string; state: string };
}

export function readHealth(sources: HealthSources): Health {
  const { isDraining, governor, meetings, rooms, sharing, connections, capture, engine } = sources;
  const { pressure, tightest, signals, gauges } = governor.sample();
  const { liveTracks, journal } = capture();
  const { active, waiting, fitsMore } = meetings();
  return {
    status: isDraining() ? 'draining' : 'ok',
    uptimeSeconds: Math.round(process.uptime()),
    level: governor.level,
    memory: {
      pressure,
      tightest,
      rssBytes: gauges.rssBytes,
      heapUsedBytes: gauges.heapUsedBytes,
      externalBytes: gauges.externalBytes,
      signals,
    },
    activeMeetings: active,
    waitingMeetings: waiting,
    rooms: rooms(),
    sharing: sharing(),
    fitsMore,
    connections: connections(),
    liveTracks,
    journal: { bytesInFlight: journal.bytesInFlight, fileBytes: journal.fileBytes },
    engine: engine(),
  };
}
