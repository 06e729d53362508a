import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ErrorCode } from '@hansard/protocol';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { AppError } from '../../errors.ts';

/** Prepared statements kept; each holds a few KB inside SQLite. */
const maxStatements = 200;

/** SQLite's primary result codes that a caller can act on. */
const knownFailures: Readonly<Record<number, { code: ErrorCode; message: string }>> = {
  5: { code: 'BUSY', message: 'The database is busy.' },
  10: { code: 'STORAGE_FAILED', message: 'The database could not be read or written.' },
  13: { code: 'STORAGE_FULL', message: 'The disk of the database is full.' },
};

/** Gives `node:sqlite` the shape of better-sqlite3 that Kysely's SQLite dialect asks for, with an LRU of statements. */
export function asKyselyDatabase(database: DatabaseSync, onQuery?: (ms: number) => void): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => {
      // A full disk ends the transaction by itself; a rollback that then failed would hide why.
      if (sql === 'rollback' && !database.isTransaction) return nothing;
      const known = statements.get(sql);
      if (known) {
        statements.delete(sql);
        statements.set(sql, known);
        return known;
      }
      const made = asKyselyStatement(database.prepare(sql), onQuery);
      statements.set(sql, made);
      if (statements.size > maxStatements) statements.delete(statements.keys().next().value!);
      return made;
    },
  };
}

function asKyselyStatement(statement: StatementSync, onQuery: ((ms: number) => void) | undefined): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => timed(() => statement.all(...values(parameters)), onQuery),
    run: (parameters) => timed(() => statement.run(...values(parameters)), onQuery),
    iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
  };
}

const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

function timed<T>(work: () => T, onQuery: ((ms: number) => void) | undefined): T {
  if (!onQuery) return explained(work);
  const began = performance.now();
  try {
    return explained(work);
  } finally {
    onQuery(performance.now() - began);
  }
}

/** Runs it, and turns a failure of the disk into an `AppError`. */
function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const errcode = (error as { errcode?: unknown }).errcode;
    const failure = typeof errcode === 'number' ? knownFailures[errcode & 0xff] : undefined;
    throw failure ? new AppError(failure.code, failure.message, { cause: error }) : error;
  }
}
