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
  /** How many more meetings memory bears, by what those of now take. */
  fitsMore: number;
  connections: number;
  liveTracks: number;
  journal: { bytesInFlight: number; fileBytes: number };
  engine: { name: string; state: string };
}

export interface HealthSources {
  isDraining: () => boolean;
  governor: Pick<Governor, 'level' | 'sample'>;
  meetings: () => { active: number; waiting: number; fitsMore: number };
  /** Indexes of meetings' documents in memory. */
  rooms: () => number;
  connections: () => number;
  capture: () => { liveTracks: number; journal: { bytesInFlight: number; fileBytes: number } };
  engine: () => { name: string; state: string };
}

export function readHealth(sources: HealthSources): Health {
  const { isDraining, governor, meetings, rooms, connections, capture, engine } = sources;
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
    fitsMore,
    connections: connections(),
    liveTracks,
    journal: { bytesInFlight: journal.bytesInFlight, fileBytes: journal.fileBytes },
    engine: engine(),
  };
}
