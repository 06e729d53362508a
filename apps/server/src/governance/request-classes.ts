import type { Governor, Level } from '@hansard/headroom';
import { apiPrefix } from '@hansard/protocol';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

const mb = 2 ** 20;

/** A post of captions longer than this is no live one: those have a few lines. */
const longPostBytes = 64 * 1024;

type Limits = readonly [normal: number, warning: number, critical: number, emergency: number];

const unlimited: Limits = [Infinity, Infinity, Infinity, Infinity];

const limitsOf = ([normal, warning, critical, emergency]: Limits): Record<Level, number> => ({
  normal,
  warning,
  critical,
  emergency,
});

/** Limits at normal, warning, critical, emergency; none where governance is off. */
export const mostByLevel =
  (isGoverned: boolean) =>
  (...limits: Limits): Record<Level, number> =>
    limitsOf(isGoverned ? limits : unlimited);

export type RequestClasses = ReturnType<typeof createRequestClasses>;

/** How many at once of each kind of request. What is being recorded, and its end, are never refused. */
export function createRequestClasses(governor: Governor, { memory, knowledge }: Config, limitBytes: number) {
  const most = mostByLevel(memory.isGoverned);
  /** In proportion to the memory there is, and no more than on 1 GB: one thread works on them. */
  const sized = (count: number): number => Math.max(1, Math.round(count * Math.min(1, limitBytes / (1024 * mb))));
  return {
    recording: governor.requestClass('recording', {
      priority: 'critical',
      limits: limitsOf(unlimited),
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
      limits: most(knowledge.parsersAtOnce, 1, 0, 0),
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
}

/** Requests over HTTP that are not just reading; null passes always. */
export function classOfRequest(classes: RequestClasses, { method, headers, routeOptions }: FastifyRequest) {
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
