import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

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
    chunkSeconds: new Histogram({
      name: 'chunk_processing_seconds',
      help: 'From a chunk’s claim to its text',
      labelNames: ['outcome'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60],
      registers: [registry],
    }),
    segments: new Counter({
      name: 'hansard_segments_total',
      help: 'Lines of transcript written',
      registers: [registry],
    }),
  };
}
