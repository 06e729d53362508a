import type { Ledger, LedgerEntry } from '../contracts.ts';

export interface Accounts {
  account(name: string, read: () => number): () => void;
  /** All accounts and `others`, beside what was measured. An account that fails, or gives no size, counts as 0. */
  read(others: readonly LedgerEntry[], measuredBytes: number): Ledger;
}

/** So many components are names made at run time: an account of an object that comes and goes belongs to who keeps them. */
const maxAccounts = 1000;

/** What components hold by their own account. */
export function createLedger(): Accounts {
  const accounts = new Map<string, () => number>();

  function ask(read: () => number): number {
    try {
      const bytes = read();
      return bytes > 0 && bytes < Infinity ? bytes : 0;
    } catch {
      // What it holds is unexplained then; the ledger of all others is not lost for it.
      return 0;
    }
  }

  return {
    account(name, read) {
      if (accounts.has(name)) throw new Error(`There is an account ${name} already`);
      if (accounts.size >= maxAccounts) throw new RangeError(`There are ${maxAccounts} accounts already`);
      accounts.set(name, read);
      return () => {
        if (accounts.get(name) === read) accounts.delete(name);
      };
    },
    read(others, measuredBytes) {
      const own = Array.from(accounts, ([name, read]): LedgerEntry => ({ name, kind: 'component', bytes: ask(read) }));
      const entries = [...own, ...others];
      const accountedBytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
      return { entries, accountedBytes, measuredBytes, unexplainedBytes: measuredBytes - accountedBytes };
    },
  };
}
