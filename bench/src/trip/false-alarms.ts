import { join } from 'node:path';
import { measureApart } from '../headroom/run-apart.ts';
import { nodeLines, nodeOf, type NodeLine } from './nodes.ts';

interface Case {
  name: string;
  /** `--max-old-space-size`, and what the process holds. */
  oldSpaceMb: number;
  heldMb: number;
  /** What the process must really be like, for the case to be one. */
  least: { usedToTotal: number };
  most: { usedToLimit: number };
}

export interface Calm {
  name: string;
  node: NodeLine;
  usedMb: number;
  totalMb: number;
  usedToTotal: number;
  usedToLimit: number;
  /** The process is as the case says. */
  isMade: boolean;
  levels: string[];
  refusals: number;
  pressure: number;
  samples: number;
}

/** Real heaps that were taken for full: 152 of 159 MB with a limit of 2 GiB, and 97 % of the heap at 6 % of the limit. */
const cases: Case[] = [
  {
    name: '152/159 MB of 2 GiB',
    oldSpaceMb: 2048,
    heldMb: 152,
    least: { usedToTotal: 0.95 },
    most: { usedToLimit: 0.08 },
  },
  { name: '97 % at 6 %', oldSpaceMb: 4096, heldMb: 254, least: { usedToTotal: 0.97 }, most: { usedToLimit: 0.065 } },
];
const watchMs = 5000;
/** A small young generation: its empty half would be heap that is not in use. */
const flags = ['--expose-gc', '--max-semi-space-size=1'];

/** Watches both in a process of their own on each Node. */
export async function watchFalseAlarms(door: string): Promise<Calm[]> {
  const calms: Calm[] = [];
  for (const { name, oldSpaceMb, heldMb, least, most } of cases) {
    for (const node of nodeLines) {
      const seen = await measureApart<Omit<Calm, 'name' | 'node' | 'isMade'>>({
        file: join(import.meta.dirname, 'apart/false-alarm.mjs'),
        args: [door, String(heldMb), String(watchMs)],
        flags: [...flags, `--max-old-space-size=${oldSpaceMb}`],
        node: nodeOf(node),
        timeoutMs: 60_000,
      });
      const isMade = seen.usedToTotal >= least.usedToTotal && seen.usedToLimit <= most.usedToLimit;
      calms.push({ ...seen, name, node, isMade });
    }
  }
  return calms;
}
