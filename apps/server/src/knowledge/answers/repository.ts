import { sql } from 'kysely';
import type { Database } from '../../adapters/database/index.ts';
import { answerLimits } from './limits.ts';
import type { SourceLine } from './sources.ts';

export interface AnsweringMeeting {
  id: string;
  title: string;
}

/** What documents say, and what people said. */
export type TextIndex = 'passageText' | 'segmentText';

export type AnswersRepository = ReturnType<typeof createAnswersRepository>;

export function createAnswersRepository(database: Database) {
  return {
    /** Undefined where the workspace has no such meeting. */
    meeting: (workspaceId: string, meetingId: string): Promise<AnsweringMeeting | undefined> =>
      database
        .selectFrom('meetings')
        .select(['id', 'title'])
        .where('id', '=', meetingId)
        .where('workspaceId', '=', workspaceId)
        .executeTakeFirst(),

    documentNames: async (meetingId: string, ids: readonly string[]): Promise<Map<string, string>> => {
      if (ids.length === 0) return new Map();
      const rows = await database
        .selectFrom('documents')
        .select(['id', 'name'])
        .where('meetingId', '=', meetingId)
        .where('id', 'in', ids)
        .execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },

    /** Final lines that begin in [startMs, endMs), in order; those at `startMs` always. */
    lines: (meetingId: string, startMs: number, endMs: number): Promise<SourceLine[]> =>
      database
        .selectFrom('segments')
        .select(['id', 'speaker', 'startMs', 'endMs', 'text'])
        .where('meetingId', '=', meetingId)
        .where('deleted', '=', 0)
        .where('final', '=', 1)
        .where('text', '!=', '')
        .where('startMs', '>=', startMs)
        .where('startMs', '<', Math.max(endMs, startMs + 1))
        .orderBy('startMs')
        .orderBy('rowid')
        .limit(answerLimits.maxLinesPerSource)
        .execute(),

    /** In how many rows of all workspaces it is, counted no further than the limit. */
    countRows: async (index: TextIndex, expression: string): Promise<number> => {
      const { rows } = await sql<{ count: number }>`
        SELECT count(*) AS count FROM (
          SELECT 1 FROM ${sql.table(index)} WHERE ${sql.table(index)} MATCH ${expression}
          LIMIT ${answerLimits.maxRowsPerWord}
        )`.execute(database);
      return rows[0]?.count ?? 0;
    },

    /** The workspace's meetings by the few rows of each that match best, best first. */
    meetingsMatching: async (
      index: TextIndex,
      expression: string,
      workspaceId: string,
    ): Promise<AnsweringMeeting[]> => {
      const content = sql.table(index === 'passageText' ? 'passages' : 'segments');
      const { rows } = await sql<AnsweringMeeting>`
        SELECT id, title FROM (
          SELECT meetings.id, meetings.title, score,
            row_number() OVER (PARTITION BY meetings.id ORDER BY score DESC) AS place
          FROM (
            SELECT rowid AS found, -bm25(${sql.table(index)}) AS score FROM ${sql.table(index)}
            WHERE ${sql.table(index)} MATCH ${expression} LIMIT ${answerLimits.maxRowsMatched}
          )
          JOIN ${content} AS content ON content.rowid = found
          JOIN meetings ON meetings.id = content."meetingId"
          WHERE meetings."workspaceId" = ${workspaceId}
        ) WHERE place <= ${answerLimits.rowsThatCount}
        GROUP BY id ORDER BY sum(score) DESC, id LIMIT ${answerLimits.maxMeetings}`.execute(database);
      return rows;
    },
  };
}
