import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

interface MetricSources {
  connections: () => number;
  capture: () => {
    liveTracks: number;
    journal: { bytesInFlight: number; fileBytes: number; appendedBytes: number; commits: number; indexBytes: number };
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** The registry behind `/metrics`; gauges read their source when they are scraped. */
export function createMetrics({ connections, capture }: MetricSources) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });

  gauge('websocket_connections_active', 'Open sockets', connections);
  gauge('hansard_live_tracks', 'Tracks in memory', () => capture().liveTracks);
  gauge('hansard_journal_in_flight_bytes', 'Audio that waits for the disk', () => capture().journal.bytesInFlight);
  gauge('hansard_journal_file_bytes', 'Size of the journal on disk', () => capture().journal.fileBytes);
  gauge('hansard_journal_index_bytes', 'Memory of the journal’s index', () => capture().journal.indexBytes);

  return {
    registry,
    segments: new Counter({
      name: 'hansard_segments_total',
      help: 'Lines of transcript written',
      registers: [registry],
    }),
    chunks: new Counter({
      name: 'hansard_chunks_settled_total',
      help: 'Chunks done, silent or failed',
      registers: [registry],
    }),
  };
}
