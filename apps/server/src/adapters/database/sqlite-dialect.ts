import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SqliteDialect, SqliteDriver, type DatabaseConnection, type Driver, type TransactionSettings } from 'kysely';
import { asKyselyDatabase } from './node-sqlite-driver.ts';

/** Marks a transaction of `derivedTransaction`; in WAL mode SQLite knows no such level. */
export const derivedIsolation = 'read uncommitted';

/** Kysely's dialect, with transactions that may leave their sync to a later one. */
export class WalSqliteDialect extends SqliteDialect {
  readonly #raw: DatabaseSync;
  readonly #onQuery: ((ms: number) => void) | undefined;

  /** `onQuery` is told how long each query took. */
  constructor(raw: DatabaseSync, onQuery?: (ms: number) => void) {
    super({ database: asKyselyDatabase(raw) });
    this.#raw = raw;
    this.#onQuery = onQuery;
  }

  override createDriver(): Driver {
    return new WalSqliteDriver(this.#raw, this.#onQuery);
  }
}

/** Database work in a row before sockets and timers get their turn. */
const maxTurnMs = 5;

class WalSqliteDriver extends SqliteDriver {
  readonly #raw: DatabaseSync;
  #isRelaxed = false;
  /** When the first work of this turn of the event loop began; null before it. */
  #turnBeganAt: number | null = null;

  constructor(raw: DatabaseSync, onQuery: ((ms: number) => void) | undefined) {
    super({ database: asKyselyDatabase(raw, onQuery) });
    this.#raw = raw;
  }

  // Nothing here waits for the outside, so that a queue of queries would run to its end as one long microtask.
  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#turnBeganAt === null) {
      this.#turnBeganAt = performance.now();
      setImmediate(() => (this.#turnBeganAt = null));
    } else if (performance.now() - this.#turnBeganAt > maxTurnMs) {
      await nextTurn();
    }
    return super.acquireConnection();
  }

  // SQLite takes the setting between transactions only, hence before it begins and after it has ended.
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    if (settings?.isolationLevel === derivedIsolation) this.#relax(true);
    await super.beginTransaction(connection);
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#relax(false);
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection);
    this.#relax(false);
  }

  #relax(isRelaxed: boolean): void {
    if (this.#isRelaxed === isRelaxed) return;
    this.#raw.exec(`PRAGMA synchronous = ${isRelaxed ? 'NORMAL' : 'FULL'}`);
    this.#isRelaxed = isRelaxed;
  }
}
