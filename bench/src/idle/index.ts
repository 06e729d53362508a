import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchArgs, launchEnv } from '@hansard/server/launch';
import { buildHansard } from '../load/hansard-server.ts';
import { readProcess } from '../load/process-stats.ts';
import { createServerProcess } from '../load/server-process.ts';
import type { Benchmark } from '../main.ts';
import { median, report } from '../report.ts';

export const benchmark: Benchmark = {
  describe: 'memory and processor of a started server with nothing to do',
  options: {
    starts: { type: 'string', default: '3' },
    /** How long it is left alone before it is looked at, and again while its processor time is counted. */
    seconds: { type: 'string', default: '10' },
  },
  async run(values) {
    const starts = Number(values['starts']);
    const seconds = Number(values['seconds']);
    buildHansard();
    const runs: Idle[] = [];
    for (let run = 0; run < starts; run += 1) {
      const idle = await leaveAlone(seconds);
      console.log(
        `#   ${idle.rssMb.toFixed(1)} MB, well after ${idle.startMs.toFixed(0)} ms, ${idle.cpuPercent} % CPU`,
      );
      runs.push(idle);
    }
    const medianOf = (pick: (run: Idle) => number) => Math.round(median(runs.map(pick)) * 10) / 10;
    const rssMb = medianOf((run) => run.rssMb);
    report({
      bench: 'idle',
      figures: {
        'RSS MB': rssMb,
        'most RSS MB': Math.round(Math.max(...runs.map((run) => run.rssMb)) * 10) / 10,
        'CPU percent': medianOf((run) => run.cpuPercent),
        'ms to health': medianOf((run) => run.startMs),
      },
      goals: [{ name: 'RSS MB', is: rssMb, want: '<= 110' }],
    });
  },
};

interface Idle {
  rssMb: number;
  startMs: number;
  /** Of one core. */
  cpuPercent: number;
}

/** A server as `npm start` starts it, with the engine that it finds and an empty data folder. */
async function leaveAlone(seconds: number): Promise<Idle> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-idle-'));
  const server = await createServerProcess({
    file: launchArgs.at(-1)!,
    flags: launchArgs.slice(0, -1),
    env: { ...launchEnv(process.env), HANSARD_DATA_DIR: dir, HANSARD_ENGINE_SETUP: 'off' },
  });
  try {
    const startMs = await server.start();
    await sleep(seconds * 1000);
    const before = readProcess(server.pid);
    await sleep(seconds * 1000);
    const after = readProcess(server.pid);
    const cpuPercent = Math.round(((after.cpuSeconds - before.cpuSeconds) / seconds) * 1000) / 10;
    return { rssMb: before.rssBytes / 1e6, startMs, cpuPercent };
  } finally {
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  }
}
