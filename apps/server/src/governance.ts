import { totalmem } from 'node:os';
import {
  createGovernor,
  createNodeSensors,
  isAtLeast,
  logSink,
  slackSink,
  webhookSink,
  type AlertSink,
  type Level,
  type Reading,
  type RequestClass,
  type ReservationOptions,
  type Response,
  type Sample,
  type Sensors,
  type SignalName,
} from '@hansard/headroom';
import { apiPrefix } from '@hansard/protocol';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import { parserMemoryBytes } from './knowledge/index.ts';
import type { RecentMeetingLines } from './transcript/index.ts';

const mb = 2 ** 20;

/** What a connected socket holds that nothing else accounts for: `bench -- capture`, idle sessions. */
const bytesPerSocket = 14_000;
/** Demuxer, cutter, positions of a track that is being recorded. */
export const bytesPerTrack = 6000;
/**
 * Lines of a live meeting are kept so long for those who come back after a short break: at thirty seconds they were the
 * largest single thing that a busy meeting held. Who was away for longer asks the database.
 */
export const recentLinesMs = 10_000;
/**
 * A live meeting: two sockets, a track, its last lines. It counts as measured on so many: of few, what grew is the server's
 * own warming up (90 MB with 50 of them, which would be 1.8 MB each, and nobody would be let in).
 */
const assumedBytesPerMeeting = 64_000;
const assumedMeetings = 1000;
/** SQLite's page cache (`cache_size`), its statements, and what it reads from the log. */
const databaseBytes = 6 * mb;

/** A post of captions longer than this is no live one: those have a few lines. */
const longPostBytes = 64 * 1024;
/** Memory that V8 holds and does not use comes back with a full collection alone: `docs/decisions/0008`. */
const collectEveryMs = 10_000;

/** Share of each limit below which big objects and parsers are let in. */
const admitBelow = 0.85;

/** Never so few on a machine or in a container of 1 GB; in proportion on less. */
const leastMeetingsPerGb = 100;

/** What the governor asks of the rest, to see what is held. */
export interface Holdings {
  connections: () => number;
  liveTracks: () => number;
  /** Memory in which chunks are made for the engine. */
  chunkBufferBytes: () => number;
  /** Audio that waits for the disk, and the journal's index of what is there. */
  journal: () => { bytesInFlight: number; indexBytes: number };
  pipelineLogBytes: () => number;
  /** Gives back what the database can do without; called at critical and above. */
  shrinkDatabase: () => void;
  /** What rooms let go when memory is short. */
  rooms: Response;
  /** More chunks may be with an engine than before. */
  lookForChunks: () => void;
  /** Recorders are asked to send less often, or no longer so. */
  slowDown: (isAsked: boolean) => void;
}

interface GovernanceOptions {
  /** Ends the process so that it is started again: an emergency does not yield. */
  restart: () => void;
  /** What measures memory; this process, where none are given. */
  sensors?: Sensors | undefined;
}

interface Admission extends ReservationOptions {
  requestClass: RequestClass;
}

export type Governance = ReturnType<typeof createGovernance>;

/** Every budget, cache, limit, feature and response of the server, on this page. */
export function createGovernance(config: Config, log: Logger, { restart, sensors: given }: GovernanceOptions) {
  const { memory, meetings } = config;
  const sensors = given ?? measuring(memory.budgetBytes, log);
  const limit = limitOf(sensors, memory.budgetBytes);
  const { limitBytes } = limit;
  const governor = createGovernor({
    sensors: memory.isGoverned ? sensors : blind(sensors),
    log,
    admitBelow,
    cacheBudgetBytes: memory.cacheBytes ?? Math.round(limitBytes / 16),
    alerts: { sinks: alertSinks(memory, log) },
    collection: { enabled: true, minIntervalMs: collectEveryMs },
    ...(memory.restartAfterMs !== undefined && { drain: { afterMs: memory.restartAfterMs, ask: restart } }),
  });

  // Caches: the last lines of live meetings stay longest.
  const caches = {
    recentLines: governor.cache<RecentMeetingLines>('meeting-buffers', {
      maxBytes: Math.round(limitBytes / 32),
      ttlMs: recentLinesMs,
      priority: 2,
      sizeOf: ({ bytes }) => bytes,
    }),
    objectSizes: governor.cache<{ bytes: number }>('object-metadata', {
      maxBytes: 2 * mb,
      ttlMs: 3600_000,
      priority: 1,
      sizeOf: () => 16,
    }),
    minutes: governor.cache<string>('minutes', {
      maxBytes: Math.round(limitBytes / 64),
      ttlMs: 24 * 3600_000,
      sizeOf: (body) => 2 * body.length,
    }),
  };

  // What goes off, and from which level on.
  const features = {
    /** Made minutes are kept for those who ask for the same again. */
    resultCache: governor.feature('result-cache', { offAt: 'critical' }),
    /** A speech engine is fetched and set up while the server runs. */
    engineSetUp: governor.feature('engine-set-up', { offAt: 'warning' }),
    /** Files for playback are made. What is there plays on. */
    playback: governor.feature('playback-files', { offAt: 'emergency' }),
  };

  // How many at once: at normal, warning, critical, emergency. What is being recorded, and its end, are never refused.
  const most = (...limits: [number, number, number, number]): Record<Level, number> =>
    memory.isGoverned ? limitsOf(limits) : limitsOf([Infinity, Infinity, Infinity, Infinity]);
  /** In proportion to the memory there is, and no more than on 1 GB: one thread works on them. */
  const sized = (count: number): number => Math.max(1, Math.round(count * Math.min(1, limitBytes / (1024 * mb))));
  const classes = {
    recording: governor.requestClass('recording', {
      priority: 'critical',
      limits: limitsOf([Infinity, Infinity, Infinity, Infinity]),
      maxQueued: 0,
      queueDeadlineMs: 0,
    }),
    reading: governor.requestClass('reading', {
      priority: 'normal',
      // What is being recorded waits behind each of them for its turn with the database, query by query.
      limits: most(sized(128), sized(64), sized(16), 0),
      maxQueued: sized(256),
      queueDeadlineMs: 2000,
    }),
    newMeetings: governor.requestClass('new-meetings', {
      priority: 'normal',
      limits: most(sized(64), sized(64), 0, 0),
      maxQueued: 0,
      queueDeadlineMs: 0,
    }),
    /** Long posts of captions: a meeting brought in from elsewhere can wait, the words of one that goes on come in short ones. */
    imports: governor.requestClass('imports', {
      priority: 'background',
      limits: most(2, 1, 0, 0),
      maxQueued: sized(64),
      queueDeadlineMs: 5000,
    }),
    heavy: governor.requestClass('exports-and-playback', {
      priority: 'background',
      limits: most(8, 4, 1, 0),
      maxQueued: 64,
      queueDeadlineMs: 5000,
    }),
    /** A question to a meeting opens its room, and may wait for a model: up to a minute each, a few KB. */
    asking: governor.requestClass('asking', {
      priority: 'normal',
      limits: most(sized(64), sized(32), sized(8), 0),
      maxQueued: sized(64),
      queueDeadlineMs: 5000,
    }),
    /** A question to all meetings opens several rooms, which would push those in use out of memory that is short. */
    askingAll: governor.requestClass('asking-all-meetings', {
      priority: 'background',
      limits: most(sized(8), sized(4), 0, 0),
      maxQueued: sized(32),
      queueDeadlineMs: 5000,
    }),
    /** Files that come in go to disk piece by piece. */
    uploads: governor.requestClass('uploads', {
      priority: 'background',
      limits: most(8, 4, 1, 0),
      maxQueued: 64,
      queueDeadlineMs: 30_000,
    }),
    parsing: governor.requestClass('parsing', {
      priority: 'background',
      limits: most(config.knowledge.parsersAtOnce, 1, 0, 0),
      maxQueued: 64,
      queueDeadlineMs: 24 * 3600_000,
    }),
    /** They can wait: a run takes fifty times its text and more, garbage included, and would keep the level where it is. */
    minutes: governor.requestClass('minutes', {
      priority: 'background',
      limits: most(2, 0, 0, 0),
      maxQueued: 200,
      queueDeadlineMs: 24 * 3600_000,
    }),
  };

  /** A Word file is made in a thread with a heap of its own. Throws where there is no room for it. */
  function admitWordFile(bytes: number): () => void {
    const reservation = governor.reserve(bytes, { name: 'word file', on: 'external', rampMs: 1000 });
    return () => reservation.release();
  }

  /** Waits for a place in the class, and for the bytes. */
  async function admit(bytes: number, signal: AbortSignal, options: Admission): Promise<() => void> {
    const { requestClass, ...how } = options;
    for (;;) {
      const place = await requestClass.enter(signal);
      try {
        const reservation = governor.reserve(bytes, how);
        return () => {
          reservation.release();
          place.leave();
        };
      } catch (error) {
        place.leave();
        await pause((error as { retryAfterMs?: number }).retryAfterMs ?? 1000, signal);
      }
    }
  }

  /** What each signal read when it was least: more room than that leaves does not come. */
  const leastUsed: Partial<Record<SignalName, number>> = {};
  function seeLeast({ signals }: Sample): void {
    for (const [name, { usedBytes }] of Object.entries(signals) as [SignalName, Reading][]) {
      leastUsed[name] = Math.min(leastUsed[name] ?? Infinity, usedBytes);
    }
  }

  /** Minutes hold the whole of a transcript. Those for which there can never be room fail: they would be waited for in vain. */
  async function admitMinutes(bytes: number, signal: AbortSignal): Promise<() => void> {
    const signals = Object.entries(governor.sample().signals) as [SignalName, Reading][];
    if (signals.some(([name, { limitBytes }]) => (leastUsed[name] ?? 0) + bytes > admitBelow * limitBytes)) {
      throw new AppError(
        'MEMORY_PRESSURE',
        `This server has too little memory for minutes of so long a transcript: they take up to ${Math.ceil(bytes / mb)} MB.`,
      );
    }
    return admit(bytes, signal, { requestClass: classes.minutes, name: 'minutes', rampMs: 2000 });
  }

  /** A parser is a process of its own, which counts against the container. */
  async function admitParser(signal: AbortSignal): Promise<() => void> {
    if (memory.isGoverned && restingBytes + parserMemoryBytes > admitBelow * limitBytes) {
      const neededMb = Math.ceil((restingBytes + parserMemoryBytes) / admitBelow / mb);
      throw new AppError(
        'MEMORY_PRESSURE',
        `This server has too little memory to read documents: ${neededMb} MB is the least.`,
      );
    }
    const how = { requestClass: classes.parsing, name: 'document parsers', on: 'external', rampMs: 5000 } as const;
    return admit(parserMemoryBytes, signal, how);
  }

  const chunksAtOnce = most(Infinity, Infinity, 4, 1);

  /** Of all memory that is measured, what the meetings of now take each. */
  let restingBytes = 0;
  function bytesPerMeeting(active: number): number {
    const { rssBytes } = governor.sample().gauges;
    const grownBytes = restingBytes === 0 ? 0 : Math.max(0, rssBytes - restingBytes);
    return Math.round((assumedMeetings * assumedBytesPerMeeting + grownBytes) / (assumedMeetings + active));
  }

  /** Where no number was set: what is live and what fits beside it; from critical on, nobody new. */
  function maxLiveMeetings(active: number): number {
    if (isAtLeast(governor.level, 'critical')) return 0;
    if (meetings.maxLive !== undefined) return meetings.maxLive;
    const least = Math.round((leastMeetingsPerGb * limitBytes) / (1024 * mb));
    return Math.max(least, active + governor.fits(bytesPerMeeting(active)));
  }

  return {
    governor,
    limit,
    caches,
    features,
    classes,
    gate: {
      requestClass: classes.reading,
      classify: (request: FastifyRequest) => classOfRequest(classes, request),
    },
    admitMinutes,
    admitParser,
    /** For all rooms together. */
    roomsBytes: config.knowledge.roomsBytes ?? Math.round(limitBytes / 4),
    /** A room lies beside the heap, and is there at once. */
    reserveRoom: (bytes: number) => governor.reserve(bytes, { name: 'rooms', on: 'external', rampMs: 1000 }),
    admitWordFile,
    maxLiveMeetings,
    /** Audio that waits is in the journal; what is with an engine is in memory. */
    maxChunksAtOnce: (): number => chunksAtOnce[governor.level],

    /** How many more meetings memory bears, by what those of now take. */
    capacity(active: number): { bytesPerMeeting: number; maxMeetings: number; fitsMore: number } {
      const maxMeetings = maxLiveMeetings(active);
      return { bytesPerMeeting: bytesPerMeeting(active), maxMeetings, fitsMore: Math.max(0, maxMeetings - active) };
    },

    /** Begins to govern. What the process holds at rest is taken for its own. */
    start(holdings: Holdings): void {
      const {
        connections,
        liveTracks,
        chunkBufferBytes,
        journal,
        pipelineLogBytes,
        shrinkDatabase,
        lookForChunks,
        slowDown,
        rooms,
      } = holdings;
      restingBytes = governor.sample().gauges.rssBytes;
      // It is less once what the start has left behind was collected.
      governor.onSample(({ gauges }) => (restingBytes = Math.min(restingBytes, gauges.rssBytes)));
      governor.onSample(seeLeast);
      governor.account('process at rest', () => restingBytes - databaseBytes);
      governor.account('sockets', () => connections() * bytesPerSocket);
      governor.account('tracks', () => liveTracks() * bytesPerTrack);
      governor.account('audio in flight', () => journal().bytesInFlight);
      governor.account('sound for the engine', chunkBufferBytes);
      governor.account('journal index', () => journal().indexBytes);
      governor.account('pipeline log', pipelineLogBytes);
      governor.account('database', () => databaseBytes);
      governor.respond({
        name: 'database',
        strengths: { warning: 0, critical: 1, emergency: 1 },
        *apply(strength) {
          if (strength > 0) shrinkDatabase();
          yield 0;
        },
      });
      governor.respond(rooms);
      governor.onLevel(({ level }) => {
        slowDown(isAtLeast(level, 'critical'));
        lookForChunks();
      });
      governor.start();
    },

    stop(): void {
      governor.stop();
      sensors.close();
    },
  };
}

/** Requests over HTTP that are not just reading; null passes always. */
function classOfRequest(classes: Governance['classes'], { method, headers, routeOptions }: FastifyRequest) {
  const path = (routeOptions.url ?? '').replace(apiPrefix, '');
  if (path.startsWith('/operations/')) return null;
  switch (`${method} ${path}`) {
    case 'POST /meetings':
      return classes.newMeetings;
    case 'POST /meetings/:id/end':
      return classes.recording;
    case 'POST /meetings/:id/segments':
      return isLong(headers) ? classes.imports : classes.recording;
    case 'GET /meetings/:id/export':
    case 'GET /meetings/:id/audio':
    case 'GET /meetings/:id/documents/:documentId/original':
      return classes.heavy;
    case 'POST /meetings/:id/documents':
      return classes.uploads;
    case 'GET /meetings/:id/passages':
    case 'POST /meetings/:id/ask':
      return classes.asking;
    case 'POST /ask':
      return classes.askingAll;
    default:
      return undefined;
  }
}

/** Of a body whose length isn't told, nobody knows. */
function isLong(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > longPostBytes;
}

const limitsOf = ([normal, warning, critical, emergency]: readonly [number, number, number, number]) => ({
  normal,
  warning,
  critical,
  emergency,
});

function alertSinks(memory: Config['memory'], log: Logger): AlertSink[] {
  return [
    logSink(log),
    ...(memory.alertWebhookUrl ? [webhookSink({ url: memory.alertWebhookUrl })] : []),
    ...(memory.alertSlackUrl ? [slackSink({ url: memory.alertSlackUrl })] : []),
  ];
}

function measuring(budgetBytes: number | undefined, log: Logger): Sensors {
  return createNodeSensors({
    ...(budgetBytes !== undefined && { rssBudgetBytes: budgetBytes }),
    onError: (name, error) => log.warn({ signal: name, err: error }, 'memory could not be measured'),
  });
}

/** Measures, and never raises the level: governance that is off. */
function blind(sensors: Sensors): Sensors {
  return { ...sensors, readSignals: () => ({}) };
}

/** What the process may take in all: the smallest limit of those that count all of its memory. */
function limitOf(sensors: Sensors, settingBytes: number | undefined) {
  const { container, rss } = sensors.readSignals();
  const containerBytes = container?.limitBytes ?? Infinity;
  const residentBytes = rss?.limitBytes ?? totalmem();
  if (containerBytes < residentBytes) return { limitBytes: containerBytes, from: 'container' as const };
  return { limitBytes: residentBytes, from: settingBytes === undefined ? ('machine' as const) : ('setting' as const) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
