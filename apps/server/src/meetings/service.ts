import { setImmediate } from 'node:timers/promises';
import type {
  Meeting,
  MeetingDeleted,
  MeetingDetail,
  MeetingPage,
  MeetingPatch,
  MeetingPost,
  MeetingQuery,
  MeetingState,
} from '@hansard/protocol';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { Bus } from '../adapters/bus/index.ts';
import type { Database, MeetingRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { requireRight, systemActor, type Actor } from '../identity/index.ts';
import { coalesceByKey } from './coalesce.ts';
import { readDetail, type LiveTrackOf } from './detail.ts';
import { createIdleSweep } from './idle-meetings.ts';
import { createLiveMeetings } from './live-meetings.ts';
import { createRefresh } from './refresh.ts';
import { createMeetingsRepository } from './repository.ts';
import { createMeetingList } from './search/index.ts';
import { toMeeting } from './to-wire.ts';

export interface MeetingsOptions {
  database: Database;
  bus: Bus;
  log: Logger;
  now?: () => number;
  /** What capture knows of a track; null where the track is not in memory. */
  liveTrack: LiveTrackOf;
  /** The meeting has ended: what its tracks hold is cut and stored. Bytes on their way still find their track. */
  closeTracks: (meetingId: string) => Promise<void>;
  /** Tells the recorders of a meeting that is about to go, and removes its objects and journal. Gives the bytes removed. */
  deleteAudio: (meetingId: string) => Promise<number>;
  /**
   * Begins minutes of an ended meeting's text, where there is any: their row is there when it resolves. Call `refresh`
   * when they are made or have failed, and don't wait for it in here.
   */
  startMinutes: (meetingId: string) => Promise<void>;
  /** Most meetings that may be live at once, as of now. */
  maxLiveMeetings?: () => number;
  /** A live meeting of which nothing was heard for so long is ended by the sweep. */
  idleMs?: number;
  sweepEveryMs?: number;
  /** Text and minutes of a meeting are done, so long after its end. */
  onProcessed?: (ms: number) => void;
}

export type Meetings = ReturnType<typeof createMeetings>;

/** The template of the minutes that a meeting gets where nothing else is said. */
const defaultKind = 'meeting';
const unsettledPage = 100;
const defaultIdleMs = 2 * 3600 * 1000;
const defaultSweepEveryMs = 60_000;
/** More than a meeting's transcript is written to between two syncs of the database. */
const revisionsSkippedAtStart = 1000;

/** A meeting's life, from its making to its deletion. */
export function createMeetings(options: MeetingsOptions) {
  const { database, bus, log, liveTrack, closeTracks, deleteAudio, startMinutes } = options;
  const now = options.now ?? Date.now;
  const repository = createMeetingsRepository(database);
  const list = createMeetingList(database);
  const live = createLiveMeetings({ maxMeetings: options.maxLiveMeetings ?? (() => Infinity), now });
  const onState = (before: MeetingRow, state: MeetingState): void => {
    if (state === 'live') live.touch(before.id);
    else live.leave(before.id);
    if (before.state === 'processing' && state === 'done') options.onProcessed?.(now() - (before.endedAt ?? now()));
  };
  /** For other parts: something of the meeting has changed (a track, a chunk, minutes); its row and viewers follow. */
  const refresh = coalesceByKey(createRefresh({ repository, bus, liveTrack, startMinutes, onState, log }));

  const find = async ({ workspaceId }: Actor, id: string): Promise<MeetingRow> => {
    const row = await repository.find(workspaceId, id);
    if (!row) throw noSuchMeeting();
    return row;
  };
  const get = async (actor: Actor, id: string): Promise<MeetingDetail> => {
    requireRight(actor, 'read');
    const row = await find(actor, id);
    return (await readDetail(repository, database, row, liveTrack)).detail;
  };

  async function end(actor: Actor, id: string): Promise<MeetingDetail> {
    requireRight(actor, 'record');
    await find(actor, id);
    await repository.end(id, now());
    live.leave(id);
    // Also where it had ended before: what failed then is made up for.
    await closeTracks(id);
    await refresh(id);
    return get(actor, id);
  }

  const endIdle = createIdleSweep({
    repository,
    liveMeetings: live,
    idleMs: options.idleMs ?? defaultIdleMs,
    end: (workspaceId, id) => end({ ...systemActor, workspaceId }, id),
    now,
    log,
  });
  const sweep = async (): Promise<number> => {
    live.sweep();
    return endIdle();
  };
  const stopListening = bus.subscribe((meetingId, { type }) => {
    if (type === 'segment' && live.has(meetingId)) live.touch(meetingId);
  });
  const sweepTimer = setInterval(() => void sweep(), options.sweepEveryMs ?? defaultSweepEveryMs);
  sweepTimer.unref();

  return {
    refresh,
    get,
    /** Ends a live meeting; one that has ended already is given as it is. */
    end,
    /** The meetings that are going on, and those that wait for a place. */
    live,
    /** Of few meetings, of whatever workspace: for who operates the server. */
    titlesOf: repository.titlesOf,
    /** Runs by itself every minute: ends what was left, and says how many. */
    sweep,
    stop(): void {
      clearInterval(sweepTimer);
      stopListening();
    },

    async create(actor: Actor, { title, kind }: MeetingPost): Promise<Meeting> {
      requireRight(actor, 'record');
      const createdAt = now();
      const row: MeetingRow = {
        id: uuidv7(),
        workspaceId: actor.workspaceId,
        title: title ?? titleOf(createdAt),
        kind: kind ?? defaultKind,
        state: 'live',
        createdAt,
        startedAt: createdAt,
        endedAt: null,
        durationMs: 0,
        people: '[]',
        seq: 0,
        hasGaps: 0,
        failedChunks: 0,
        openChunks: 0,
      };
      await repository.insert(row);
      return toMeeting(row);
    },

    async list(actor: Actor, query: MeetingQuery): Promise<MeetingPage> {
      requireRight(actor, 'read');
      const { meetings, cursor } = await list(actor.workspaceId, query);
      return { meetings: meetings.map(({ row, hits }) => ({ ...toMeeting(row), ...(hits && { hits }) })), cursor };
    },

    async patch(actor: Actor, id: string, { title, kind }: MeetingPatch): Promise<Meeting> {
      requireRight(actor, 'write');
      const changes = { ...(title !== undefined && { title }), ...(kind !== undefined && { kind }) };
      const row = await repository.patch(actor.workspaceId, id, changes);
      if (!row) throw noSuchMeeting();
      const meeting = toMeeting(row);
      bus.publish(id, { type: 'meeting', meeting });
      return meeting;
    },

    /**
     * Removes the meeting: audio first, so that a crash between leaves something that can be deleted again. The event
     * loop gets its turns while many lines go.
     */
    async delete(actor: Actor, id: string): Promise<MeetingDeleted> {
      requireRight(actor, 'write');
      await find(actor, id);
      const counts = await repository.transaction((trx) => repository.count(trx, id));
      const audioBytes = await deleteAudio(id);
      live.leave(id);
      await repository.transaction(async (trx) => {
        while (await repository.deleteSegments(trx, id)) await setImmediate();
        await repository.deleteMeeting(trx, id);
      });
      bus.publish(id, { type: 'meeting:deleted', meetingId: id });
      return { deleted: { ...counts, audioBytes } };
    },

    /** After a start: meetings whose work a crash cut off find their state again. Says how many there were. */
    async recover(): Promise<number> {
      await repository.skipRevisions(revisionsSkippedAtStart);
      let count = 0;
      for (let after = ''; ;) {
        const ids = await repository.unsettled(after, unsettledPage);
        for (const id of ids) await refresh(id);
        count += ids.length;
        if (ids.length < unsettledPage) return count;
        after = ids.at(-1)!;
      }
    },
  };
}

function noSuchMeeting(): AppError {
  return new AppError('NOT_FOUND', 'There is no such meeting.');
}

function titleOf(createdAt: number): string {
  const day = new Date(createdAt).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });
  return `Meeting of ${day}`;
}
