import { sql } from 'kysely';
import { derivedTransaction, type Database, type EmbeddingRow } from '../../adapters/database/index.ts';
import { embeddingLimits } from './limits.ts';

/** The SQL of vectors that were paid for. They can be had again, so no write waits for the disk. */
export function createEmbeddingsRepository(database: Database) {
  return {
    find: (model: string, hashes: readonly Uint8Array[]): Promise<EmbeddingRow[]> =>
      database.selectFrom('embeddings').selectAll().where('model', '=', model).where('hash', 'in', hashes).execute(),

    /** Says how many were not there before. */
    insert: (rows: readonly EmbeddingRow[]): Promise<number> =>
      derivedTransaction(database).execute(async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('embeddings')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        return Number(numInsertedOrUpdatedRows ?? 0);
      }),

    touch: (model: string, hashes: readonly Uint8Array[], usedAt: number): Promise<void> =>
      derivedTransaction(database).execute(async (trx) => {
        await trx
          .updateTable('embeddings')
          .set({ usedAt })
          .where('model', '=', model)
          .where('hash', 'in', hashes)
          .execute();
      }),

    async count(): Promise<number> {
      const { count } = await database
        .selectFrom('embeddings')
        .select((row) => row.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Removes those that were not used for longest; says how many. */
    removeOldest: (count: number): Promise<number> =>
      derivedTransaction(database).execute(async (trx) => {
        const { numAffectedRows } = await sql`
          DELETE FROM embeddings WHERE (model, hash) IN
            (SELECT model, hash FROM embeddings ORDER BY usedAt LIMIT ${Math.min(count, embeddingLimits.trimBatch)})
        `.execute(trx);
        return Number(numAffectedRows ?? 0);
      }),
  };
}
