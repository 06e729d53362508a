import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SharingHealth } from './health.ts';

export interface MetricSources {
  /** Open sockets. */
  sockets: () => number;
  /** Open TCP connections, sockets among them. */
  connections: () => Promise<number>;
  capture: () => {
    liveTracks: number;
    journal: { bytesInFlight: number; fileBytes: number; indexBytes: number };
  };
  meetings: () => { active: number; waiting: number; fitsMore: number };
  /** The last lines of live meetings. */
  meetingBufferBytes: () => number;
  queues: () => Promise<{ chunks: number; minutes: number }>;
  /** Indexes of meetings' documents. */
  rooms: () => {
    resident: number;
    bytes: number;
    budgetBytes: number;
    hits: number;
    activations: number;
    evictions: number;
    refusals: number;
  };
  /** Of rooms shared with other instances; none for an instance by itself. */
  sharing?: () => SharingHealth | null;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** How long a chunk took from its claim to its end, and how that was. */
export type ChunkOutcome = 'done' | 'silent' | 'failed';

/** The registry behind `/metrics`; gauges read their source when they are scraped. */
export function createMetrics(sources: MetricSources) {
  const { sockets, connections, capture, meetings, meetingBufferBytes, queues, rooms, sharing } = sources;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });

  gauge('websocket_connections_active', 'Open sockets', sockets);
  gauge('active_connections', 'Open TCP connections', connections);
  gauge('hansard_active_meetings', 'Meetings that are going on', () => meetings().active);
  gauge('hansard_waiting_meetings', 'Meetings that wait for a place', () => meetings().waiting);
  gauge('hansard_meetings_fit_more', 'Meetings that memory bears beside the active ones', () => meetings().fitsMore);
  gauge('hansard_meeting_buffer_bytes', 'Last lines of live meetings, in memory', meetingBufferBytes);
  gauge('hansard_live_tracks', 'Tracks in memory', () => capture().liveTracks);
  gauge('hansard_journal_in_flight_bytes', 'Audio that waits for the disk', () => capture().journal.bytesInFlight);
  gauge('hansard_journal_file_bytes', 'Size of the journal on disk', () => capture().journal.fileBytes);
  gauge('hansard_journal_index_bytes', 'Memory of the journal’s index', () => capture().journal.indexBytes);
  gauge('hansard_rooms_resident', 'Indexes of meetings’ documents in memory', () => rooms().resident);
  gauge('hansard_rooms_bytes', 'Memory that rooms hold', () => rooms().bytes);
  gauge('hansard_rooms_budget_bytes', 'Memory that rooms may hold', () => rooms().budgetBytes);
  const roomUses = new Counter({
    name: 'hansard_room_uses_total',
    help: 'Uses of rooms: found in memory, brought there, refused for lack of it; and those that were let go',
    labelNames: ['outcome'],
    registers: [],
    collect() {
      const { hits, activations, refusals, evictions } = rooms();
      this.reset();
      for (const [outcome, count] of Object.entries({
        hit: hits,
        activated: activations,
        refused: refusals,
        evicted: evictions,
      })) {
        this.inc({ outcome }, count);
      }
    },
  });
  registry.registerMetric(roomUses);
  if (sharing) {
    gauge('hansard_redis_up', 'Whether the Redis of shared rooms answers', () => Number(sharing()?.memory != null));
    gauge('hansard_redis_used_bytes', 'Memory that Redis uses', () => sharing()?.memory?.usedBytes ?? NaN);
    gauge('hansard_redis_limit_bytes', 'Memory that Redis may use', () => sharing()?.memory?.limitBytes ?? NaN);
    gauge('hansard_room_leases', 'Rooms that this instance answers for', () => sharing()?.leases ?? 0);
    const sharedRooms = new Counter({
      name: 'hansard_shared_rooms_total',
      help: 'Questions another instance answered, rooms taken from another one, copies that could not be put',
      labelNames: ['outcome'],
      registers: [],
      collect() {
        const { forwarded = 0, takenOver = 0, refused = 0 } = sharing() ?? {};
        this.reset();
        for (const [outcome, count] of Object.entries({ forwarded, 'taken-over': takenOver, refused })) {
          this.inc({ outcome }, count);
        }
      },
    });
    registry.registerMetric(sharedRooms);
  }
  const database = createBusyMeter();
  gauge('hansard_database_utilization', 'Share of the time since the last scrape that the database worked', () =>
    database.share(),
  );
  const querySeconds = new Histogram({
    name: 'hansard_database_query_seconds',
    help: 'Time of database queries',
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
    registers,
  });
  const queueLength = new Gauge({
    name: 'queue_length',
    help: 'What waits: chunks for an engine, minutes for their turn',
    labelNames: ['queue'],
    registers: [],
    async collect() {
      const { chunks, minutes } = await queues();
      this.set({ queue: 'chunks' }, chunks);
      this.set({ queue: 'minutes' }, minutes);
    },
  });
  registry.registerMetric(queueLength);

  const chunkSeconds = new Histogram({
    name: 'chunk_processing_seconds',
    help: 'From the claim of a chunk to its text',
    labelNames: ['outcome'],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60],
    registers,
  });
  const minutes = new Counter({
    name: 'hansard_minutes_total',
    help: 'Runs of minutes that are over',
    labelNames: ['outcome'],
    registers,
  });
  // From 0 on: of what begins with its first event, nothing sees that it grew.
  for (const outcome of ['done', 'silent', 'failed'] satisfies ChunkOutcome[]) chunkSeconds.zero({ outcome });
  for (const outcome of ['done', 'failed', 'cancelled']) minutes.inc({ outcome }, 0);

  return {
    registry,
    chunkSeconds,
    minutes,
    segments: new Counter({ name: 'hansard_segments_total', help: 'Lines of transcript written', registers }),
    engineSeconds: new Histogram({
      name: 'hansard_engine_request_seconds',
      help: 'Answers of speech engines',
      labelNames: ['engine'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60],
      registers,
    }),
    meetingSeconds: new Histogram({
      name: 'hansard_meeting_processing_seconds',
      help: 'From the end of a meeting to its being done',
      buckets: [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600],
      registers,
    }),
    roomSeconds: new Histogram({
      name: 'hansard_room_activation_seconds',
      help: 'From asking for a room that is not in memory to having it',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
      registers,
    }),
    observeQuery(ms: number): void {
      database.add(ms);
      querySeconds.observe(ms / 1000);
    },
  };
}

/** What share of the time something worked that can do one thing at a time. */
function createBusyMeter(now: () => number = () => performance.now()) {
  let busyMs = 0;
  let sinceMs = now();
  return {
    add: (ms: number): void => void (busyMs += ms),
    /** Since it was asked last: 0 to 1. */
    share(): number {
      const at = now();
      const share = at > sinceMs ? Math.min(1, busyMs / (at - sinceMs)) : 0;
      busyMs = 0;
      sinceMs = at;
      return share;
    },
  };
}
