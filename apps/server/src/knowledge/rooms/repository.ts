import { sql, type Selectable } from 'kysely';
import type { Database, PassageRow, RoomRow } from '../../adapters/database/index.ts';

/** A document that has passages. */
export interface IndexedDocument {
  id: string;
  /** False while it is being taken in: its passages are added when it is. */
  isReady: boolean;
  passages: number;
}

/** IDs in one query. */
const maxIds = 500;

export type RoomsRepository = ReturnType<typeof createRepository>;

export function createRepository(database: Database) {
  return {
    room(meetingId: string): Promise<RoomRow | undefined> {
      return database.selectFrom('rooms').selectAll().where('meetingId', '=', meetingId).executeTakeFirst();
    },

    /** Does nothing where the meeting was deleted meanwhile. */
    async saveRoom(row: RoomRow): Promise<void> {
      const { meetingId, savedBytes, passages, model, transcriptSeq } = row;
      await database
        .insertInto('rooms')
        .columns(['meetingId', 'savedBytes', 'passages', 'model', 'transcriptSeq'])
        .expression((of) =>
          of
            .selectFrom('meetings')
            .select((of) => [
              'meetings.id',
              of.val(savedBytes).as('savedBytes'),
              of.val(passages).as('passages'),
              of.val(model).as('model'),
              of.val(transcriptSeq).as('transcriptSeq'),
            ])
            .where('meetings.id', '=', meetingId),
        )
        .onConflict((on) => on.column('meetingId').doUpdateSet({ savedBytes, passages, model, transcriptSeq }))
        .execute();
    },

    async forgetRoom(meetingId: string): Promise<void> {
      await database.deleteFrom('rooms').where('meetingId', '=', meetingId).execute();
    },

    async setTranscriptSeq(meetingId: string, transcriptSeq: number): Promise<void> {
      await database.updateTable('rooms').set({ transcriptSeq }).where('meetingId', '=', meetingId).execute();
    },

    /** The revision of a meeting's transcript; undefined where there is no such meeting. */
    async transcriptSeq(meetingId: string): Promise<number | undefined> {
      const row = await database.selectFrom('meetings').select('seq').where('id', '=', meetingId).executeTakeFirst();
      return row?.seq;
    },

    /** A meeting's documents and how many passages each has, by their rows. */
    async documents(meetingId: string): Promise<IndexedDocument[]> {
      const rows = await database
        .selectFrom('passages')
        .innerJoin('documents', 'documents.id', 'passages.documentId')
        .where('passages.meetingId', '=', meetingId)
        .groupBy('documents.id')
        .select((of) => ['documents.id', 'documents.state', of.fn.countAll<number>().as('passages')])
        .execute();
      return rows.map(({ id, state, passages }) => ({ id, isReady: state === 'ready', passages }));
    },

    /** Characters of these documents' passages, roughly bytes. */
    async textBytes(documentIds: readonly string[]): Promise<number> {
      if (documentIds.length === 0) return 0;
      const { bytes } = await database
        .selectFrom('passages')
        .where('documentId', 'in', documentIds)
        .select(sql<number>`coalesce(sum(length(text) + length(heading)), 0)`.as('bytes'))
        .executeTakeFirstOrThrow();
      return bytes;
    },

    /** A document's passages, in its order. */
    passages(documentId: string): Promise<Selectable<PassageRow>[]> {
      return database
        .selectFrom('passages')
        .selectAll()
        .where('documentId', '=', documentId)
        .orderBy('ordinal')
        .execute();
    },

    /** Which of these meetings there are. */
    async existing(meetingIds: readonly string[]): Promise<Set<string>> {
      const found = new Set<string>();
      for (let at = 0; at < meetingIds.length; at += maxIds) {
        const ids = meetingIds.slice(at, at + maxIds);
        const rows = await database.selectFrom('meetings').select('id').where('id', 'in', ids).execute();
        for (const { id } of rows) found.add(id);
      }
      return found;
    },
  };
}
