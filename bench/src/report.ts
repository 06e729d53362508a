import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

export interface Goal {
  name: string;
  is: number;
  /** The bound, as text with its comparison: `>= 0.8`, `<= 50`, `== 0`. */
  want: `${'>=' | '<=' | '=='} ${number}`;
}

export interface Result {
  bench: string;
  figures: Record<string, number>;
  goals: Goal[];
}

/** Prints what every benchmark ends with: one line of JSON. Exits 1 where a goal was missed. */
export function report({ bench, figures, goals }: Result): void {
  const judged = goals.map((goal) => ({ ...goal, ok: holds(goal) }));
  console.log(JSON.stringify({ bench, machine: machine(), commit: commit(), figures, goals: judged }));
  if (judged.some(({ ok }) => !ok)) process.exitCode = 1;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value below which the share `p` (0 to 1) of the values lies; NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`;
}

function commit(): string {
  try {
    const dirty = execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).trim() ? '-dirty' : '';
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim() + dirty;
  } catch {
    return 'unknown';
  }
}

function holds({ is, want }: Goal): boolean {
  const [comparison, bound] = want.split(' ') as [string, string];
  if (comparison === '>=') return is >= Number(bound);
  return comparison === '<=' ? is <= Number(bound) : is === Number(bound);
}
