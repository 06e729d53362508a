import type { DatabaseSync } from 'node:sqlite';
import { SqliteDialect, SqliteDriver, type DatabaseConnection, type Driver, type TransactionSettings } from 'kysely';
import { asKyselyDatabase } from './node-sqlite-driver.ts';

/** Marks a transaction of `derivedTransaction`; in WAL mode SQLite knows no such level. */
export const derivedIsolation = 'read uncommitted';

/** Kysely's dialect, with transactions that may leave their sync to a later one. */
export class WalSqliteDialect extends SqliteDialect {
  readonly #raw: DatabaseSync;

  constructor(raw: DatabaseSync) {
    super({ database: asKyselyDatabase(raw) });
    this.#raw = raw;
  }

  override createDriver(): Driver {
    return new WalSqliteDriver(this.#raw);
  }
}

class WalSqliteDriver extends SqliteDriver {
  readonly #raw: DatabaseSync;
  #isRelaxed = false;

  constructor(raw: DatabaseSync) {
    super({ database: asKyselyDatabase(raw) });
    this.#raw = raw;
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
