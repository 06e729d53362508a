import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql, type Transaction, type TransactionBuilder } from 'kysely';
import { sqliteMigrations } from './migrations.ts';
import type { Tables } from './schema.ts';
import { derivedIsolation, WalSqliteDialect } from './sqlite-dialect.ts';

export type Database = Kysely<Tables>;
export type DatabaseTransaction = Transaction<Tables>;

/**
 * Opens (or makes) the file and brings its schema up to date. `:memory:` is for tests. A commit survives power loss.
 *
 * `onQuery` is told how many milliseconds each query took. There is one connection, which Kysely lends to one transaction or query at a time, in the order they came: nothing is
 * interleaved with a transaction, and one that awaits the database outside of itself hangs.
 */
export function openSqlite(file: string, onQuery?: (ms: number) => void): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const raw = new DatabaseSync(file);
  raw.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
  );
  // Checkpoints stay SQLite's own, 4 MB at a time: a thread for them cost 18 MB and was not measurably kinder to p99.
  raw.exec('PRAGMA cache_size = -4000; PRAGMA journal_size_limit = 33554432;');
  migrate(raw);
  return new Kysely<Tables>({ dialect: new WalSqliteDialect(raw, onQuery) });
}

/**
 * A transaction for rows that durable audio gives again: chunks, their claims and their text, sums of both. It survives
 * the process at once, and a power loss with the next transaction that is synced; those before it are there then too. A sync
 * for each of them was 40 % of a busy server's time.
 */
export function derivedTransaction(database: Database): TransactionBuilder<Tables> {
  return database.transaction().setIsolationLevel(derivedIsolation);
}

/** Gives pages that are cached and not needed now back to the system. */
export async function shrinkMemory(database: Database): Promise<void> {
  await sql`PRAGMA shrink_memory`.execute(database);
}

function migrate(raw: DatabaseSync): void {
  const { user_version: version } = raw.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > sqliteMigrations.length) {
    throw new Error(
      `The database is of a newer Hansard (schema ${version}, this one knows ${sqliteMigrations.length}).`,
    );
  }
  for (let next = version; next < sqliteMigrations.length; next += 1) {
    raw.exec('BEGIN IMMEDIATE');
    try {
      raw.exec(sqliteMigrations[next]!);
      raw.exec(`PRAGMA user_version = ${next + 1}`);
      raw.exec('COMMIT');
    } catch (error) {
      raw.exec('ROLLBACK');
      throw error;
    }
  }
}
