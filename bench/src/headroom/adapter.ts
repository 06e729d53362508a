import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectHttp, type HttpConnection } from '../load/http-connection.ts';
import { median } from '../report.ts';
import { askAll } from './ask-all.ts';

export const contestants = ['bare', 'ours', 'oursNamed', 'underPressure', 'underPressureLean'] as const;
export type Contestant = (typeof contestants)[number];

export interface AdapterOptions {
  /** Processes: the same code is compiled otherwise in each, and their medians tell how much that is. */
  starts: number;
  /** In each process. */
  rounds: number;
  /** In each round, of each contestant: enough for a collection of the young generation to come in most. */
  requests: number;
}

/** Processor time of the server for one request, in microseconds. */
export interface AdapterCost {
  us(name: Contestant): number;
  /** The median of the starts, and the lowest and the highest; of each start the median of the ratios in one round. */
  ratio(name: Contestant, to: Contestant): { median: number; lowest: number; highest: number };
}

type Row = Record<Contestant, number>;

interface Service {
  child: ChildProcess;
  urls: Record<string, string>;
  cpuUs(): Promise<number>;
}

const clients = 16;
/** For each contestant, before the first round: until then the compiler is at work. */
const warmUpRequests = 20_000;

/**
 * Real Fastify apps, each with a port of its own, asked over kept loopback connections in turns. All are in one process, so
 * that they share what luck made of Fastify's own code and of the heap; in processes of their own they differ by a tenth
 * where they are the same. What counts is the processor time that the process says it has used: a shared machine delays
 * requests, and adds little to that. Samplers run in every turn alike, and are measured apart: see `measureRest`.
 */
export async function measureAdapter({ starts, rounds, requests }: AdapterOptions): Promise<AdapterCost> {
  const rowsOfStarts: Row[][] = [];
  for (let start = 0; start < starts; start += 1) rowsOfStarts.push(await measureStart(rounds, requests));
  return {
    us: (name) => median(rowsOfStarts.flat().map((row) => row[name])),
    ratio(name, to) {
      const ratios = rowsOfStarts.map((rows) => median(rows.map((row) => row[name] / row[to])));
      return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
    },
  };
}

/** What a contestant takes of a core while nobody asks for anything, in percent: its samplers. */
export async function measureRest(name: Contestant, ms: number): Promise<number> {
  const { child, cpuUs } = await startService([name]);
  try {
    await sleep(1000);
    const before = await cpuUs();
    await sleep(ms);
    return ((await cpuUs()) - before) / ms / 10;
  } finally {
    child.kill();
  }
}

async function measureStart(rounds: number, requests: number): Promise<Row[]> {
  const { child, urls, cpuUs } = await startService(contestants);
  const connections = new Map<Contestant, HttpConnection[]>();
  try {
    for (const name of contestants) {
      connections.set(name, await Promise.all(Array.from({ length: clients }, () => connectHttp(urls[name]!))));
    }
    const ask = (name: Contestant, count: number) => askAll(connections.get(name)!, count);
    for (let asked = 0; asked < warmUpRequests; asked += requests) {
      for (const name of contestants) await ask(name, requests);
    }
    const rows: Row[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const row: Partial<Row> = {};
      for (const name of orderOf(round)) {
        const before = await cpuUs();
        await ask(name, requests);
        row[name] = ((await cpuUs()) - before) / requests;
      }
      rows.push(row as Row);
    }
    return rows;
  } finally {
    for (const connection of [...connections.values()].flat()) connection.close();
    child.kill();
  }
}

/** Each comes at each place, and before each other one as often as after it. */
function orderOf(round: number): Contestant[] {
  const order = contestants.map((_, turn) => contestants[(turn + (round >> 1)) % contestants.length]!);
  return round % 2 === 0 ? order : order.toReversed();
}

async function startService(names: readonly Contestant[]): Promise<Service> {
  const child = fork(join(import.meta.dirname, 'apart/service.ts'), names, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [{ urls }] = (await once(child, 'message')) as [{ urls: Record<string, string> }];
  return {
    child,
    urls,
    async cpuUs() {
      child.send('cpu');
      const [{ cpuUs }] = (await once(child, 'message')) as [{ cpuUs: number }];
      return cpuUs;
    },
  };
}
