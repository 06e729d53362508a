import { sql } from 'kysely';
import type { Database, MeetingRow, MinutesRow } from '../adapters/database/index.ts';
import type { MinutesDraft } from './draft.ts';

/** Minutes of one meeting that are kept; older ones go when new ones are begun. */
const maxKept = 10;
/** IDs in one query. */
const maxIds = 500;

export type MinutesUpdate = Partial<
  Pick<MinutesRow, 'state' | 'progress' | 'engine' | 'fallbackReason' | 'error' | 'transcriptSeq'>
> & {
  body?: MinutesDraft;
};

export type MinutesRepository = ReturnType<typeof createRepository>;

export function createRepository(database: Database) {
  return {
    /** Undefined where the workspace has no such meeting. */
    meeting(meetingId: string, workspaceId?: string): Promise<MeetingRow | undefined> {
      let query = database.selectFrom('meetings').selectAll().where('id', '=', meetingId);
      if (workspaceId !== undefined) query = query.where('workspaceId', '=', workspaceId);
      return query.executeTakeFirst();
    },

    async insert(row: MinutesRow): Promise<void> {
      await database.transaction().execute(async (transaction) => {
        await transaction.insertInto('minutes').values(row).execute();
        const kept = transaction
          .selectFrom('minutes')
          .select('id')
          .where('meetingId', '=', row.meetingId)
          .orderBy('createdAt', 'desc')
          .orderBy('id', 'desc')
          .limit(maxKept);
        await transaction
          .deleteFrom('minutes')
          .where('meetingId', '=', row.meetingId)
          .where('state', '!=', 'running')
          .where('id', 'not in', kept)
          .execute();
      });
    },

    /** The row of a run as it is now; undefined where that was settled, or deleted with its meeting, meanwhile. */
    update(id: string, { body, ...columns }: MinutesUpdate): Promise<MinutesRow | undefined> {
      return database
        .updateTable('minutes')
        .set({ ...columns, ...(body && { body: JSON.stringify(body) }) })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .returningAll()
        .executeTakeFirst();
    },

    /** Characters of the meeting's lines. */
    async textLength(meetingId: string): Promise<number> {
      const { length } = await database
        .selectFrom('segments')
        .where('meetingId', '=', meetingId)
        .select(sql<number>`coalesce(sum(length(text)), 0)`.as('length'))
        .executeTakeFirstOrThrow();
      return length;
    },

    /** The newest that is running or done; where there is none, the newest that failed or was cancelled. */
    latest(meetingId: string): Promise<MinutesRow | undefined> {
      return database
        .selectFrom('minutes')
        .selectAll()
        .where('meetingId', '=', meetingId)
        .orderBy((of) => of.case().when('state', 'in', ['running', 'done']).then(0).else(1).end())
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .executeTakeFirst();
    },

    /** Whether minutes were begun, whatever became of them, since the transcript was last written to. */
    async hasNoneSince(meetingId: string, seq: number): Promise<boolean> {
      const row = await database
        .selectFrom('minutes')
        .select('id')
        .where('meetingId', '=', meetingId)
        .where('transcriptSeq', '>=', seq)
        .executeTakeFirst();
      return row === undefined;
    },

    /** What a process that is gone was at, oldest first. */
    running(): Promise<MinutesRow[]> {
      return database.selectFrom('minutes').selectAll().where('state', '=', 'running').orderBy('createdAt').execute();
    },

    /** Which of the segments were written to after `seq`, or are no more. */
    async changedSince(meetingId: string, ids: readonly string[], seq: number): Promise<Set<string>> {
      const unchanged = new Set<string>();
      for (let at = 0; at < ids.length; at += maxIds) {
        const rows = await database
          .selectFrom('segments')
          .select('id')
          .where('id', 'in', ids.slice(at, at + maxIds))
          .where('meetingId', '=', meetingId)
          .where('seq', '<=', seq)
          .where('deleted', '=', 0)
          .execute();
        for (const { id } of rows) unchanged.add(id);
      }
      return new Set(ids.filter((id) => !unchanged.has(id)));
    },
  };
}
