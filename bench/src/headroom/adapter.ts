import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectHttp, type HttpConnection } from '../load/http-connection.ts';
import { median } from '../report.ts';

export const contestants = ['bare', 'ours', 'underPressure', 'underPressureLean'] as const;
export type Contestant = (typeof contestants)[number];

/** Processor time of the server for one request, in microseconds; ratios are medians of those in one round. */
export interface AdapterCost {
  us(name: Contestant): number;
  ratio(name: Contestant, to: Contestant): number;
}

interface Service {
  child: ChildProcess;
  connections: HttpConnection[];
  cpuUs(): Promise<number>;
}

const clients = 16;
/** The same code is compiled otherwise in each process: a tenth of the time is luck, which many of them take out. */
const starts = 7;

/**
 * Real Fastify apps in processes of their own, asked over kept loopback connections in turns. What counts is the
 * processor time that a server says it has used: a shared machine delays requests, and adds little to that.
 */
export async function measureAdapter(rounds: number, requests: number): Promise<AdapterCost> {
  const rows: Record<Contestant, number>[] = [];
  for (let start = 0; start < starts; start += 1) {
    rows.push(...(await measureStart(Math.max(1, Math.round(rounds / starts)), requests)));
  }
  return {
    us: (name) => median(rows.map((row) => row[name])),
    ratio: (name, to) => median(rows.map((row) => row[name] / row[to])),
  };
}

async function measureStart(rounds: number, requests: number): Promise<Record<Contestant, number>[]> {
  const services = new Map<Contestant, Service>();
  const rows: Record<Contestant, number>[] = [];
  try {
    for (const name of contestants) services.set(name, await startService(name));
    for (let round = -2; round < rounds; round += 1) {
      const row: Partial<Record<Contestant, number>> = {};
      for (const turn of contestants.keys()) {
        const name = contestants[(turn + round + contestants.length) % contestants.length]!;
        row[name] = await askAll(services.get(name)!, requests);
      }
      if (round >= 0) rows.push(row as Record<Contestant, number>);
    }
    return rows;
  } finally {
    for (const { child, connections } of services.values()) {
      for (const connection of connections) connection.close();
      child.kill();
    }
  }
}

async function startService(name: Contestant): Promise<Service> {
  const child = fork(join(import.meta.dirname, 'apart/service.ts'), [name], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const connections = await Promise.all(Array.from({ length: clients }, () => connectHttp(url)));
  return {
    child,
    connections,
    async cpuUs() {
      child.send('cpu');
      const [{ cpuUs }] = (await once(child, 'message')) as [{ cpuUs: number }];
      return cpuUs;
    },
  };
}

/** Microseconds of the server's processor for each of so many requests. */
async function askAll({ connections, cpuUs }: Service, requests: number): Promise<number> {
  const before = await cpuUs();
  let left = requests;
  await Promise.all(
    connections.map(async (connection) => {
      while (left > 0) {
        left -= 1;
        const { status } = await connection.request('GET', '/hello', {});
        if (status !== 200) throw new Error(`A service answered ${status}`);
      }
    }),
  );
  return ((await cpuUs()) - before) / requests;
}
