import type { FailedChunk, MeetingDeleted } from '@hansard/protocol';
import { sql } from 'kysely';
import {
  createSharedCommits,
  prepared,
  type ChunkState,
  type Database,
  type DatabaseTransaction,
  type MeetingRow,
} from '../adapters/database/index.ts';
import { meetingLimits } from './limits.ts';
import type { MeetingTrackRow } from './to-wire.ts';

export interface ChunkSums {
  /** Audio whose text is known, silence included. */
  transcribedMs: number;
  /** Start of the first chunk that waits or is with an engine; null where none does. */
  firstOpenMs: number | null;
}

/** What `refresh` works out. */
export type MeetingSummary = Pick<MeetingRow, 'state' | 'hasGaps' | 'durationMs' | 'people'>;

export type MeetingsRepository = ReturnType<typeof createMeetingsRepository>;

/** The SQL of meetings, lists and searches apart. */
export function createMeetingsRepository(database: Database) {
  return {
    transaction: <T>(work: (trx: DatabaseTransaction) => Promise<T>): Promise<T> =>
      database.transaction().execute(work),

    /** For what `refresh` works out again at any time; shared with the refreshes of other meetings. */
    derivedTransaction: createSharedCommits(database, { everyMs: meetingLimits.refreshEveryMs }),

    /** After a power loss a revision may be lost that a viewer has seen: those to come begin well behind it. */
    skipRevisions: async (count: number): Promise<void> => {
      await database
        .updateTable('meetings')
        .set((row) => ({ seq: row('seq', '+', count) }))
        .where('state', '!=', 'done')
        .where('seq', '>', 0)
        .execute();
    },

    insert: async (row: MeetingRow): Promise<void> => {
      await database.insertInto('meetings').values(row).execute();
    },

    find: (workspaceId: string, id: string): Promise<MeetingRow | undefined> =>
      database
        .selectFrom('meetings')
        .selectAll()
        .where('id', '=', id)
        .where('workspaceId', '=', workspaceId)
        .executeTakeFirst(),

    titlesOf: async (ids: readonly string[]): Promise<Map<string, string>> => {
      const rows = await database.selectFrom('meetings').select(['id', 'title']).where('id', 'in', ids).execute();
      return new Map(rows.map(({ id, title }) => [id, title]));
    },

    byId: async (trx: DatabaseTransaction, id: string): Promise<MeetingRow | undefined> =>
      (await meetingById(trx, { id })).rows[0],

    patch: (
      workspaceId: string,
      id: string,
      changes: Partial<Pick<MeetingRow, 'title' | 'kind'>>,
    ): Promise<MeetingRow | undefined> =>
      database
        .updateTable('meetings')
        .set(changes)
        .where('id', '=', id)
        .where('workspaceId', '=', workspaceId)
        .returningAll()
        .executeTakeFirst(),

    /** Ends a live meeting, and its captions with it. False where it was not live. */
    end: (id: string, endedAt: number): Promise<boolean> =>
      database.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('meetings')
          .set({ state: 'processing', endedAt })
          .where('id', '=', id)
          .where('state', '=', 'live')
          .executeTakeFirst();
        await trx
          .updateTable('tracks')
          .set({ state: 'closed' })
          .where('meetingId', '=', id)
          .where('kind', '=', 'captions')
          .execute();
        return numUpdatedRows > 0n;
      }),

    /** Live meetings with nothing recorded or said after `at` (since 1970), as far as their rows know. */
    liveQuietSince: (at: number, limit: number): Promise<Pick<MeetingRow, 'id' | 'workspaceId'>[]> =>
      database
        .selectFrom('meetings')
        .select(['id', 'workspaceId'])
        .where('state', '=', 'live')
        .where('createdAt', '<', at)
        .where(sql<boolean>`"startedAt" + "durationMs" < ${at}`)
        .orderBy('ordinal')
        .limit(limit)
        .execute(),

    saveSummary: async (trx: DatabaseTransaction, id: string, summary: MeetingSummary): Promise<void> => {
      await updateSummary(trx, { id, ...summary });
    },

    tracks: async (db: Database, meetingId: string): Promise<MeetingTrackRow[]> =>
      (await tracksOfMeeting(db, { meetingId })).rows,

    chunkSums: async (db: Database, meetingId: string): Promise<ChunkSums> => {
      const { rows } = await chunksByState(db, { meetingId });
      const settled = rows.filter(({ state }) => state === 'done' || state === 'silent');
      const open = rows.filter(({ state }) => state === 'waiting' || state === 'claimed');
      return {
        transcribedMs: settled.reduce((total, { lengthMs }) => total + lengthMs, 0),
        firstOpenMs: open.length > 0 ? Math.min(...open.map(({ firstMs }) => firstMs)) : null,
      };
    },

    failures: async (db: Database, meetingId: string): Promise<FailedChunk[]> => {
      const rows = await db
        .selectFrom('chunks')
        .select(['id', 'trackId', 'startMs', 'endMs', 'error'])
        .where('meetingId', '=', meetingId)
        .where('state', '=', 'failed')
        .orderBy('startMs')
        .limit(meetingLimits.maxFailuresInDetail)
        .execute();
      return rows.map(({ error, ...chunk }) => ({ ...chunk, message: error ?? 'It could not be transcribed.' }));
    },

    /** Whether minutes are being made, and the newest revision that any were made from; null where there are none. */
    minutes: async (db: Database, meetingId: string): Promise<{ areRunning: boolean; seq: number | null }> => {
      const { rows } = await minutesOfMeeting(db, { meetingId });
      return { areRunning: rows[0]?.running === 1, seq: rows[0]?.seq ?? null };
    },

    /** Meetings that were ended and whose work was not, a page at a time by ID. */
    unsettled: async (afterId: string, limit: number): Promise<string[]> => {
      const rows = await database
        .selectFrom('meetings')
        .select('id')
        .where('state', '=', 'processing')
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },

    /** What belongs to the meeting, counted. */
    count: async (
      trx: DatabaseTransaction,
      meetingId: string,
    ): Promise<Omit<MeetingDeleted['deleted'], 'audioBytes'>> => {
      const { rows } = await sql<Omit<MeetingDeleted['deleted'], 'audioBytes'>>`
        SELECT (SELECT count(*) FROM tracks WHERE "meetingId" = ${meetingId}) AS tracks,
          (SELECT count(*) FROM parts JOIN tracks ON tracks.id = parts."trackId" WHERE "meetingId" = ${meetingId}) AS parts,
          (SELECT count(*) FROM chunks WHERE "meetingId" = ${meetingId}) AS chunks,
          (SELECT count(*) FROM segments WHERE "meetingId" = ${meetingId} AND deleted = 0) AS segments,
          (SELECT count(*) FROM minutes WHERE "meetingId" = ${meetingId}) AS minutes,
          (SELECT count(*) FROM documents WHERE "meetingId" = ${meetingId}) AS documents`.execute(trx);
      return rows[0]!;
    },

    /** Removes up to `deleteBatch` lines; false when there were none left. */
    deleteSegments: async (trx: DatabaseTransaction, meetingId: string): Promise<boolean> => {
      const { numDeletedRows } = await trx
        .deleteFrom('segments')
        .where('rowid', 'in', (segments) =>
          segments
            .selectFrom('segments')
            .select('rowid')
            .where('meetingId', '=', meetingId)
            .limit(meetingLimits.deleteBatch),
        )
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    /** Removes the meeting and all rows that belong to it. */
    deleteMeeting: async (trx: DatabaseTransaction, meetingId: string): Promise<void> => {
      await trx.deleteFrom('meetings').where('id', '=', meetingId).execute();
    },
  };
}

const meetingById = prepared<{ id: string }, MeetingRow>((db, parameter) =>
  db.selectFrom('meetings').selectAll().where('id', '=', parameter('id')),
);

const updateSummary = prepared<MeetingSummary & { id: string }, unknown>((db, parameter) =>
  db
    .updateTable('meetings')
    .set({
      state: parameter('state'),
      hasGaps: parameter('hasGaps'),
      durationMs: parameter('durationMs'),
      people: parameter('people'),
    })
    .where('id', '=', parameter('id')),
);

const tracksOfMeeting = prepared<{ meetingId: string }, MeetingTrackRow>((db, parameter) =>
  db
    .selectFrom('tracks')
    .select([
      'id',
      'kind',
      'mimeType',
      'participant',
      'offsetMs',
      'continues',
      'state',
      'length',
      'capturedMs',
      'durableMs',
      'storedBytes',
    ])
    .where('meetingId', '=', parameter('meetingId'))
    .orderBy('offsetMs')
    .orderBy('openedAt'),
);

const chunksByState = prepared<{ meetingId: string }, { state: ChunkState; lengthMs: number; firstMs: number }>(
  (db, parameter) =>
    db
      .selectFrom('chunks')
      .where('meetingId', '=', parameter('meetingId'))
      .groupBy('state')
      .select((row) => [
        'state',
        sql<number>`sum("endMs" - "startMs")`.as('lengthMs'),
        row.fn.min('startMs').as('firstMs'),
      ]),
);

const minutesOfMeeting = prepared<{ meetingId: string }, { running: number | null; seq: number | null }>(
  (db, parameter) =>
    db
      .selectFrom('minutes')
      .where('meetingId', '=', parameter('meetingId'))
      .select((minutes) => [
        sql<number | null>`max(state = 'running')`.as('running'),
        minutes.fn.max<number | null>('transcriptSeq').as('seq'),
      ]),
);
