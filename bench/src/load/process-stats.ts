import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessStats {
  /** User and system time of all its threads, without its children. */
  cpuSeconds: number;
  rssBytes: number;
}

const clockTicks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** What Linux counts for one process; CPU in steps of a clock tick, 10 ms. */
export function readProcess(pid: number): ProcessStats {
  // The program's name, in parentheses, may hold spaces.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const rssKiB = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / clockTicks, rssBytes: Number(rssKiB) * 1024 };
}
