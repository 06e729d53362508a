import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeIo, slowSync } from '@hansard/server/journal';
import type { Benchmark } from '../main.ts';
import { median, percentile, report } from '../report.ts';
import { ddBytesPerSecond } from './dd.ts';
import { filePerTrack } from './file-per-track.ts';
import { openContestant } from './journal-run.ts';
import type { Load } from './load.ts';
import { createSyncDelay } from './slow-device.ts';

const syncDelayMs = 4;
/** The slow disk's rounds have so much less to write, so that all of it takes a minute at most. */
const slowShare = 1 / 4;

export const benchmark: Benchmark = {
  describe: 'the journal against dd oflag=dsync on this disk, and against a file per track on a slow one',
  options: {
    records: { type: 'string', default: '3000' },
    bytes: { type: 'string', default: '60000' },
    'in-flight': { type: 'string', default: '64' },
    rounds: { type: 'string', default: '11' },
    dir: { type: 'string', default: tmpdir() },
  },
  async run(values) {
    const load: Load = {
      records: Number(values['records']),
      bytes: Number(values['bytes']),
      inFlight: Number(values['in-flight']),
    };
    const rounds = Number(values['rounds']);
    const dir = await mkdtemp(join(String(values['dir']), 'hansard-bench-journal-'));
    try {
      const fast = await againstDd(dir, load, rounds);
      const slow = await againstFilePerTrack(dir, { ...load, records: Math.ceil(load.records * slowShare) }, rounds);
      report({
        bench: 'journal',
        figures: rounded({ ...fast, ...slow }),
        goals: [
          // Against dd as it comes. Over a file that is there, dd has no metadata to write, as the journal has not: that
          // figure says how near to the disk's limit the journal is.
          { name: 'bytes/s, of dd oflag=dsync', is: round(fast['of dd making a file']!), want: '>= 0.8' },
          {
            name: `bytes/s with ${syncDelayMs} ms syncs, of a file per track`,
            is: round(slow['of a file per track']!),
            want: '>= 5',
          },
        ],
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function againstDd(dir: string, load: Load, rounds: number): Promise<Record<string, number>> {
  const journal = await openContestant(join(dir, 'journal'), load);
  // Makes the files that all rounds go round in, and warms the code up.
  const warm = await journal.run(load);
  const ddFile = join(dir, 'dd');
  const written = { blockBytes: 1 << 20, blocks: Math.ceil((load.records * load.bytes) / (1 << 20)) + 1, over: false };
  await ddBytesPerSecond(ddFile, written);

  const runs = [];
  let latencies: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const run = await journal.run(load);
    const blockBytes = Math.max(512, Math.round(run.meanCommitBytes / 512) * 512);
    const blocks = Math.max(1, Math.floor((load.records * load.bytes) / blockBytes));
    const over = await ddBytesPerSecond(ddFile, { blockBytes, blocks, over: true });
    const made = await ddBytesPerSecond(join(dir, `dd-${at}`), { blockBytes, blocks, over: false });
    await rm(join(dir, `dd-${at}`));
    latencies = latencies.concat(run.latenciesMs);
    runs.push({ ...run, over, made, blockBytes });
    console.log(
      `round ${at + 1}: journal ${mega(run.bytesPerSecond)} MB/s, dd over a file ${mega(over)}, dd making one ${mega(made)}; block ${blockBytes}`,
    );
  }
  await journal.close();
  const bytesPerSecond = median(runs.map((run) => run.bytesPerSecond));
  return {
    'MB/s': bytesPerSecond / 1e6,
    'records/s': bytesPerSecond / load.bytes,
    'mean commit bytes': median(runs.map((run) => run.blockBytes)),
    'dd over a file MB/s': median(runs.map((run) => run.over)) / 1e6,
    'dd making a file MB/s': median(runs.map((run) => run.made)) / 1e6,
    'of dd over a file': median(runs.map((run) => run.bytesPerSecond / run.over)),
    'of dd making a file': median(runs.map((run) => run.bytesPerSecond / run.made)),
    'CPU us/record': median(runs.map((run) => run.cpuMicrosPerRecord)),
    'p50 ms': median(latencies),
    'p99 ms': percentile(latencies, 0.99),
    'first run MB/s, files being made': warm.bytesPerSecond / 1e6,
  };
}

async function againstFilePerTrack(dir: string, load: Load, rounds: number): Promise<Record<string, number>> {
  const io = slowSync(createNodeIo(), createSyncDelay(syncDelayMs));
  const journal = await openContestant(join(dir, 'slow-journal'), load, io);
  await journal.run({ ...load, records: 3 * load.records });
  const runs = [];
  let latencies: number[] = [];
  let othersLatencies: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const ours = await journal.run(load);
    const others = await filePerTrack(dir, load, createSyncDelay(syncDelayMs));
    latencies = latencies.concat(ours.latenciesMs);
    othersLatencies = othersLatencies.concat(others.latenciesMs);
    runs.push({ ours, others });
    console.log(
      `round ${at + 1}, ${syncDelayMs} ms syncs: journal ${mega(ours.bytesPerSecond)} MB/s, file per track ${mega(others.bytesPerSecond)}`,
    );
  }
  await journal.close();
  return {
    'slow MB/s': median(runs.map(({ ours }) => ours.bytesPerSecond)) / 1e6,
    'slow p99 ms': percentile(latencies, 0.99),
    'slow file per track MB/s': median(runs.map(({ others }) => others.bytesPerSecond)) / 1e6,
    'slow file per track p99 ms': percentile(othersLatencies, 0.99),
    'slow file per track CPU us/record': median(runs.map(({ others }) => others.cpuMicrosPerRecord)),
    'of a file per track': median(runs.map(({ ours, others }) => ours.bytesPerSecond / others.bytesPerSecond)),
  };
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
}
