import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectHttp } from '../load/http-connection.ts';
import { median } from '../report.ts';
import { askAll } from './ask-all.ts';

type Adapter = 'ours' | 'underPressure' | 'underPressureLean';
/** `nothing` only lets the request pass: what is measured with it is the measuring. */
export type Hook = Adapter | 'nothing';

/** Nanoseconds of each call. */
export type HookCosts = Record<Hook, number[]>;

const clients = 16;
const warmUpRequests = 40_000;
/** The longest calls are left out: of so many, a few meet a collection or another process. A sweep of ours is not that rare. */
const leftOut = 0.002;

/**
 * What the adapters' own code takes for a request that Fastify has just made, in ns: the mean of the calls, less that of a hook
 * which does nothing; of the processes the median. It is less than a hundredth of what the request costs in all, and that differs
 * by more from process to process.
 */
export async function measureHooks(processes: number, requests: number): Promise<Record<Adapter, number>> {
  const all: HookCosts[] = [];
  for (let at = 0; at < processes; at += 1) all.push(await measureProcess(requests));
  const costOf = (adapter: Adapter) => median(all.map((costs) => mean(costs[adapter]) - mean(costs.nothing)));
  return {
    ours: costOf('ours'),
    underPressure: costOf('underPressure'),
    underPressureLean: costOf('underPressureLean'),
  };
}

async function measureProcess(requests: number): Promise<HookCosts> {
  const child = fork(join(import.meta.dirname, 'apart/hooks.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const connections = await Promise.all(Array.from({ length: clients }, () => connectHttp(url)));
  try {
    const costsOf = async (count: number): Promise<HookCosts> => {
      await askAll(connections, count);
      child.send('costs');
      return ((await once(child, 'message')) as [HookCosts])[0];
    };
    await costsOf(warmUpRequests);
    return await costsOf(requests);
  } finally {
    for (const connection of connections) connection.close();
    child.kill();
  }
}

function mean(values: readonly number[]): number {
  const kept = values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length * (1 - leftOut)));
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}
