import { derivedTransaction, type Database, type DatabaseTransaction } from './sqlite.ts';

interface SharedCommitsOptions {
  /**
   * Least time between the beginnings of two commits: what comes meanwhile is one. A commit costs several times what most
   * writes in it do, above all those to a full-text index.
   */
  everyMs?: number;
  /** Waits for the disk, as `database.transaction` does; else as `derivedTransaction`. */
  synced?: boolean;
  /** In one commit. It holds up all else that the process does: the event loop gets its turn after it. */
  maxWrites?: number;
}

interface Waiting {
  /** Gives back what tells the caller that it is committed. */
  write(trx: DatabaseTransaction): Promise<() => void>;
  reject(error: unknown): void;
}

export type SharedCommits = <T>(write: (trx: DatabaseTransaction) => Promise<T>) => Promise<T>;

/**
 * A transaction that is shared with what else comes at about the same time; at once where nothing came
 * just before. Resolves with what `write` gave, once it is committed, and in the order of the calls. A write that fails
 * fails alone: the others are then tried again, one by one, so each must do the same whenever it is called.
 */
export function createSharedCommits(
  database: Database,
  { everyMs = 50, maxWrites = 16, synced = false }: SharedCommitsOptions = {},
): SharedCommits {
  const waiting: Waiting[] = [];
  let lastBegan = -Infinity;
  let isBusy = false;

  function begin(): void {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    const wait = waiting.length >= maxWrites ? 0 : lastBegan + everyMs - performance.now();
    if (wait > 0) setTimeout(commitNext, wait);
    else setImmediate(commitNext);
  }

  function commitNext(): void {
    lastBegan = performance.now();
    void commit(waiting.splice(0, maxWrites)).then(() => {
      isBusy = false;
      begin();
    });
  }

  async function commit(together: readonly Waiting[]): Promise<void> {
    try {
      const transaction = synced ? database.transaction() : derivedTransaction(database);
      const told = await transaction.execute(async (trx) => {
        const tell: (() => void)[] = [];
        for (const { write } of together) tell.push(await write(trx));
        return tell;
      });
      for (const tell of told) tell();
    } catch (error) {
      if (together.length === 1) together[0]!.reject(error);
      else for (const one of together) await commit([one]);
    }
  }

  return (write) =>
    new Promise((resolve, reject) => {
      waiting.push({
        async write(trx) {
          const result = await write(trx);
          return () => resolve(result);
        },
        reject,
      });
      begin();
    });
}
