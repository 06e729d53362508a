import type { Goal } from '../report.ts';
import type { Losses } from './losses.ts';

/** What scenarios find. */
export interface Out {
  figures: Record<string, number>;
  goals: Goal[];
}

/** Notes figures as those of a scenario. */
export function put({ figures }: Out, scenario: string, values: Record<string, number>): void {
  for (const [key, value] of Object.entries(values)) figures[`${scenario}.${key}`] = Number(value.toFixed(4));
}

/** Nothing may be lost: a goal for each way. */
export function putLosses({ goals }: Out, scenario: string, losses: Losses): void {
  const wants: Record<keyof Losses, string> = {
    bytes: 'recorded bytes that were lost',
    lines: 'posted lines that were lost',
    unseenLines: 'lines that somebody did not see',
    gaps: 'gaps and failed chunks',
    untranscribedMs: 'ms of speech without text',
  };
  for (const [key, name] of Object.entries(wants)) {
    goals.push({ name: `${scenario}: ${name}`, is: losses[key as keyof Losses], want: '== 0' });
  }
}
