/** What `/health` says: well enough to serve, and what it is doing. */
export interface Health {
  status: 'ok' | 'draining';
  uptimeSeconds: number;
  memory: { rssBytes: number; heapUsedBytes: number; externalBytes: number };
  connections: number;
  liveTracks: number;
  journal: { bytesInFlight: number; fileBytes: number };
  engine: { name: string; state: string };
}

interface HealthSources {
  isDraining: () => boolean;
  connections: () => number;
  capture: () => { liveTracks: number; journal: { bytesInFlight: number; fileBytes: number } };
  engine: () => { name: string; state: string };
}

export function readHealth({ isDraining, connections, capture, engine }: HealthSources): Health {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { liveTracks, journal } = capture();
  return {
    status: isDraining() ? 'draining' : 'ok',
    uptimeSeconds: Math.round(process.uptime()),
    memory: { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external },
    connections: connections(),
    liveTracks,
    journal: { bytesInFlight: journal.bytesInFlight, fileBytes: journal.fileBytes },
    engine: engine(),
  };
}
