import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { derivedTransaction, openSqlite, type Database } from './index.ts';

const syncOf = async (database: Database): Promise<number> => {
  const { rows } = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(database);
  return rows[0]!.synchronous;
};
const normal = 1;
const full = 2;

it('leaves the sync of derived rows to a later transaction, and of no other', async () => {
  const database = openSqlite(':memory:');
  expect(await syncOf(database)).toBe(full);
  expect(await database.transaction().execute(syncOf)).toBe(full);
  expect(await derivedTransaction(database).execute(syncOf)).toBe(normal);
  expect(await syncOf(database)).toBe(full);
  const failed = derivedTransaction(database).execute(async (trx) => {
    expect(await syncOf(trx)).toBe(normal);
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  expect(await database.transaction().execute(syncOf)).toBe(full);
  await database.destroy();
});
