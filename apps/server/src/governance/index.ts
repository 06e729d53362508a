import {
  createGovernor,
  isAtLeast,
  logSink,
  slackSink,
  webhookSink,
  type AlertSink,
  type Response,
  type Sensors,
} from '@hansard/headroom';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { RecentMeetingLines } from '../transcript/index.ts';
import { admitBelow, createAdmission } from './admission.ts';
import { blind, limitOf, measuring } from './memory-limit.ts';
import { classOfRequest, createRequestClasses, mostByLevel } from './request-classes.ts';

const mb = 2 ** 20;

/** What a connection holds that nothing else accounts for: `bench -- capture`, live heap with viewers apart less that without. */
const bytesPerSocket = 6500;
/** Demuxer, cutter, positions of a track that is being recorded: what is left of a session that records and watches. */
export const bytesPerTrack = 4500;
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

/** Memory that V8 holds and does not use comes back with a full collection alone: `docs/decisions/0008`. */
const collectEveryMs = 10_000;

/** Never so few on a machine or in a container of 1 GB; in proportion on less. */
const leastMeetingsPerGb = 100;

/** What the governor asks of the rest, to see what is held. */
export interface Holdings {
  connections: () => number;
  liveTracks: () => number;
  /** Memory kept to be used again, for slices that wait for the disk and chunks that an engine is given. */
  spareBufferBytes: () => number;
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

/** Every budget, cache, limit, feature and response of the server, in this folder. */
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

  const classes = createRequestClasses(governor, config, limitBytes);
  const chunksAtOnce = mostByLevel(memory.isGoverned)(Infinity, Infinity, 4, 1);

  let restingBytes = 0;
  const { seeLeast, ...admission } = createAdmission({
    governor,
    classes,
    isGoverned: memory.isGoverned,
    limitBytes,
    restingBytes: () => restingBytes,
  });

  /** Of all memory that is measured, what the meetings of now take each. */
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
    ...admission,
    /** For all rooms together. */
    roomsBytes: config.knowledge.roomsBytes ?? Math.round(limitBytes / 4),
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
        spareBufferBytes,
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
      governor.account('spare buffers', spareBufferBytes);
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

function alertSinks(memory: Config['memory'], log: Logger): AlertSink[] {
  return [
    logSink(log),
    ...(memory.alertWebhookUrl ? [webhookSink({ url: memory.alertWebhookUrl })] : []),
    ...(memory.alertSlackUrl ? [slackSink({ url: memory.alertSlackUrl })] : []),
  ];
}
