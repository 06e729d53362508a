/** What became of a request: done as asked; turned away with a word on when to come again; something else; or nothing in time. */
export type Outcome = 'served' | 'refused' | 'failed' | 'late';

export type Counts = Record<Outcome, number>;

/** Counts requests by name, and keeps the answers' times. */
export interface Tally {
  /** Begins one. Give back its outcome once it has one; one without an answer by its deadline is late, whatever comes then. */
  begin(name: string): (outcome: Outcome) => void;
  /** Since the beginning, whatever became of them. */
  readonly begun: number;
  readonly outstanding: number;
  readonly latenciesMs: readonly number[];
  /** By name, since the beginning. */
  counts(): Record<string, Counts>;
  total(): Counts;
  /** Those without an answer are late. */
  close(): void;
}

const outcomes: readonly Outcome[] = ['served', 'refused', 'failed', 'late'];

export function createTally(deadlineMs: number): Tally {
  const byName = new Map<string, Counts>();
  const open = new Set<(outcome: Outcome) => void>();
  const latenciesMs: number[] = [];
  let begun = 0;

  const countsOf = (name: string): Counts => {
    const known = byName.get(name) ?? { served: 0, refused: 0, failed: 0, late: 0 };
    byName.set(name, known);
    return known;
  };

  return {
    begin(name) {
      const startedAt = performance.now();
      const settle = (outcome: Outcome): void => {
        if (!open.delete(settle)) return;
        clearTimeout(timer);
        countsOf(name)[outcome] += 1;
        if (outcome === 'served') latenciesMs.push(performance.now() - startedAt);
      };
      const timer = setTimeout(() => settle('late'), deadlineMs);
      open.add(settle);
      begun += 1;
      return settle;
    },
    get begun() {
      return begun;
    },
    get outstanding() {
      return open.size;
    },
    latenciesMs,
    counts: () => Object.fromEntries([...byName].map(([name, counts]) => [name, { ...counts }])),
    total() {
      const total = { served: 0, refused: 0, failed: 0, late: 0 };
      for (const counts of byName.values()) for (const outcome of outcomes) total[outcome] += counts[outcome];
      return total;
    },
    close() {
      for (const settle of open) settle('late');
    },
  };
}
