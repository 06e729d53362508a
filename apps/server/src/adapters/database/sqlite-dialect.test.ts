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

it('lets others have their turn while a long queue of queries is worked off', async () => {
  const database = openSqlite(':memory:');
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const slow = sql`WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 20000) SELECT max(n) FROM count`;
  await Promise.all(Array.from({ length: 50 }, () => slow.execute(database)));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
  await database.destroy();
});
