import type { DocumentState } from '@hansard/protocol';
import { sql } from 'kysely';
import {
  derivedTransaction,
  type Database,
  type DatabaseTransaction,
  type DocumentRow,
  type PassageRow,
} from '../../adapters/database/index.ts';
import { documentLimits } from './limits.ts';

export type StoredPassage = Omit<PassageRow, 'rowid'>;
export type DocumentUpdate = Partial<Omit<DocumentRow, 'id' | 'meetingId' | 'name' | 'bytes' | 'createdAt'>>;

const underWay: readonly DocumentState[] = ['waiting', 'parsing', 'embedding'];

export type DocumentsRepository = ReturnType<typeof createDocumentsRepository>;

/** The SQL of documents and their passages. */
export function createDocumentsRepository(database: Database) {
  return {
    hasMeeting: async (workspaceId: string, meetingId: string): Promise<boolean> => {
      const meetings = database.selectFrom('meetings').select('id').where('workspaceId', '=', workspaceId);
      return (await meetings.where('id', '=', meetingId).executeTakeFirst()) !== undefined;
    },

    list: (meetingId: string): Promise<DocumentRow[]> =>
      database
        .selectFrom('documents')
        .selectAll()
        .where('meetingId', '=', meetingId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute(),

    find: (meetingId: string, id: string): Promise<DocumentRow | undefined> =>
      database
        .selectFrom('documents')
        .selectAll()
        .where('id', '=', id)
        .where('meetingId', '=', meetingId)
        .executeTakeFirst(),

    insert: async (row: DocumentRow): Promise<void> => {
      await database.insertInto('documents').values(row).execute();
    },

    /** The oldest of the state; none of those that somebody is at already. */
    next: (state: DocumentState, except: readonly string[]): Promise<DocumentRow | undefined> =>
      database
        .selectFrom('documents')
        .selectAll()
        // As literals, the index of what is under way can be used.
        .where(sql<boolean>`state IN ('waiting', 'parsing', 'embedding')`)
        .where('state', '=', state)
        .$if(except.length > 0, (query) => query.where('id', 'not in', except))
        .orderBy('createdAt')
        .limit(1)
        .executeTakeFirst(),

    /** The row as it is then; undefined where it was ended or deleted meanwhile. */
    update: (id: string, changes: DocumentUpdate): Promise<DocumentRow | undefined> =>
      database
        .updateTable('documents')
        .set(changes)
        .where('id', '=', id)
        .where('state', 'in', underWay)
        .returningAll()
        .executeTakeFirst(),

    /** Progress is lost with the process: its write does not wait for the disk. */
    progress: (
      id: string,
      state: DocumentState,
      done: number,
      total: number | null,
    ): Promise<DocumentRow | undefined> =>
      derivedTransaction(database).execute((trx) =>
        trx
          .updateTable('documents')
          .set({ progressDone: done, progressTotal: total })
          .where('id', '=', id)
          .where('state', '=', state)
          .returningAll()
          .executeTakeFirst(),
      ),

    /** How many passages the meeting's other documents have. */
    passagesBeside: async ({ id, meetingId }: Pick<DocumentRow, 'id' | 'meetingId'>): Promise<number> => {
      const { sum } = await database
        .selectFrom('documents')
        .select((row) => row.fn.coalesce(row.fn.sum<number>('passages'), sql<number>`0`).as('sum'))
        .where('meetingId', '=', meetingId)
        .where('id', '!=', id)
        .executeTakeFirstOrThrow();
      return sum;
    },

    /** Writes what a document says and its row as one; undefined, and nothing, where it was ended or deleted meanwhile. */
    take: (id: string, passages: readonly StoredPassage[], changes: DocumentUpdate): Promise<DocumentRow | undefined> =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('documents')
          .set({ ...changes, passages: passages.length })
          .where('id', '=', id)
          .where('state', 'in', underWay)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await removePassages(trx, id);
        for (let at = 0; at < passages.length; at += documentLimits.rowBatch) {
          await trx
            .insertInto('passages')
            .values(passages.slice(at, at + documentLimits.rowBatch))
            .execute();
        }
        return row;
      }),

    /** It ends without anything that answers could be made from; undefined where it has ended already. */
    giveUp: (
      id: string,
      end: Pick<DocumentRow, 'state' | 'errorCode' | 'errorMessage'>,
    ): Promise<DocumentRow | undefined> =>
      database.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('documents')
          .set({ ...end, passages: 0, leftOut: null })
          .where('id', '=', id)
          .where('state', 'in', underWay)
          .returningAll()
          .executeTakeFirst();
        if (row) await removePassages(trx, id);
        return row;
      }),

    passagesOf: (documentId: string): Promise<StoredPassage[]> =>
      database
        .selectFrom('passages')
        .select(['documentId', 'meetingId', 'ordinal', 'page', 'heading', 'startAt', 'endAt', 'text'])
        .where('documentId', '=', documentId)
        .orderBy('ordinal')
        .execute(),

    delete: async (id: string): Promise<void> => {
      await database.deleteFrom('documents').where('id', '=', id).execute();
    },

    /** What is under way of a meeting that is about to go is ended. */
    cancelAll: async (meetingId: string): Promise<void> => {
      await database
        .updateTable('documents')
        .set({ state: 'cancelled' })
        .where('meetingId', '=', meetingId)
        .where('state', 'in', underWay)
        .execute();
    },

    /** After a start: what was being parsed waits again. Says how many documents are under way. */
    requeue: async (): Promise<number> => {
      await database
        .updateTable('documents')
        .set({ state: 'waiting', progressDone: 0, progressTotal: null })
        .where(sql<boolean>`state IN ('waiting', 'parsing', 'embedding')`)
        .where('state', '=', 'parsing')
        .execute();
      const { count } = await database
        .selectFrom('documents')
        .select((row) => row.fn.countAll<number>().as('count'))
        .where(sql<boolean>`state IN ('waiting', 'parsing', 'embedding')`)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Rooms of documents whose vectors are of another model, a page at a time. Without documents, a room renews itself. */
    roomsOfOtherModels: async (model: string, after: string): Promise<string[]> => {
      const rows = await database
        .selectFrom('rooms')
        .select('meetingId')
        .where('model', '!=', model)
        .where('meetingId', '>', after)
        .where((row) =>
          row.exists(
            row
              .selectFrom('documents')
              .select('documents.id')
              .whereRef('documents.meetingId', '=', 'rooms.meetingId')
              .where('documents.state', '=', 'ready'),
          ),
        )
        .orderBy('meetingId')
        .limit(documentLimits.rowBatch)
        .execute();
      return rows.map(({ meetingId }) => meetingId);
    },

    /** Documents that are ready, by ID, a page at a time. */
    readyAfter: (after: string): Promise<Pick<DocumentRow, 'id' | 'meetingId' | 'leftOut'>[]> =>
      database
        .selectFrom('documents')
        .select(['id', 'meetingId', 'leftOut'])
        .where('state', '=', 'ready')
        .where('id', '>', after)
        .orderBy('id')
        .limit(documentLimits.rowBatch)
        .execute(),

    setLeftOut: (id: string, leftOut: string | null): Promise<DocumentRow | undefined> =>
      database
        .updateTable('documents')
        .set({ leftOut })
        .where('id', '=', id)
        .where('state', '=', 'ready')
        .returningAll()
        .executeTakeFirst(),
  };
}

/** Through their triggers, so that nothing of them stays in the index. */
async function removePassages(trx: DatabaseTransaction, documentId: string): Promise<void> {
  await trx.deleteFrom('passages').where('documentId', '=', documentId).execute();
}
