import type { MeetingQuery } from '@hansard/protocol';
import { sql } from 'kysely';
import type { Database, MeetingRow } from '../../adapters/database/index.ts';

export type FoundMeeting = MeetingRow & { ordinal: number };
export type ListedState = NonNullable<MeetingQuery['state']>;

export interface HitRow {
  rowid: number;
  id: string;
  speaker: string | null;
  startMs: number;
  text: string;
}

export type SearchRepository = ReturnType<typeof createSearchRepository>;

/** The SQL of lists and searches: each query walks an index down from a number, and stops at its limit. */
export function createSearchRepository(database: Database) {
  const listed = (workspaceId: string, state: ListedState | undefined) => {
    const query = database.selectFrom('meetings').where('workspaceId', '=', workspaceId);
    // SQLite can't match a bound value to a partial index, hence the literal.
    if (state === 'gaps') return query.where('hasGaps', '=', sql.lit(1));
    return state ? query.where('state', '=', state) : query;
  };

  return {
    /** Meetings at or below the ordinal, newest first. */
    page: (workspaceId: string, state: ListedState | undefined, max: number, limit: number): Promise<FoundMeeting[]> =>
      listed(workspaceId, state)
        .where('ordinal', '<=', max)
        .orderBy('ordinal', 'desc')
        .limit(limit)
        .selectAll()
        .execute(),

    ordinals: async (workspaceId: string, state: ListedState, max: number, limit: number): Promise<number[]> => {
      const rows = await listed(workspaceId, state)
        .where('ordinal', '<=', max)
        .orderBy('ordinal', 'desc')
        .limit(limit)
        .select('ordinal')
        .execute();
      return rows.map(({ ordinal }) => ordinal);
    },

    /** Those of the meetings that are listed, newest first. */
    among: (workspaceId: string, state: ListedState | undefined, ordinals: number[]): Promise<FoundMeeting[]> =>
      listed(workspaceId, state).where('ordinal', 'in', ordinals).orderBy('ordinal', 'desc').selectAll().execute(),

    /** Ordinals of meetings whose title, people or day match. */
    matchingMeetings: async (expression: string, max: number, limit: number): Promise<number[]> => {
      const { rows } = await sql<{ rowid: number }>`
        SELECT rowid FROM "meetingText" WHERE "meetingText" MATCH ${expression} AND rowid <= ${max}
        ORDER BY rowid DESC LIMIT ${limit}`.execute(database);
      return rows.map(({ rowid }) => rowid);
    },

    /** Rowids of lines that match. */
    matchingSegments: async (expression: string, max: number, limit: number): Promise<number[]> => {
      const { rows } = await sql<{ rowid: number }>`
        SELECT rowid FROM "segmentText" WHERE "segmentText" MATCH ${expression} AND rowid <= ${max}
        ORDER BY rowid DESC LIMIT ${limit}`.execute(database);
      return rows.map(({ rowid }) => rowid);
    },

    lines: (rowids: number[]): Promise<HitRow[]> =>
      database
        .selectFrom('segments')
        .select(['rowid', 'id', 'speaker', 'startMs', 'text'])
        .where('rowid', 'in', rowids)
        .where('deleted', '=', 0)
        .orderBy('rowid')
        .execute(),
  };
}
