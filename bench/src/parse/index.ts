import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureApart } from '../headroom/run-apart.ts';
import { buildHansard } from '../load/hansard-server.ts';
import { makeSpeech, readSpeech } from '../load/speech.ts';
import type { Benchmark } from '../main.ts';
import { median, percentile, report } from '../report.ts';
import { bookPdf } from './book.ts';
import { measureCoverage } from './coverage.ts';
import { postHostileFiles } from './hostile-server.ts';

interface Reading {
  ms: number;
  pages: number;
  passages: number;
  found: number;
  headings: number;
  childPeakBytes: number;
  parentGrowthBytes: number;
  /** Of the same loop while it did nothing. */
  idleLagP99Ms: number;
  idleLagMaxMs: number;
  lagP50Ms: number;
  lagP99Ms: number;
  lagMaxMs: number;
}

const pages = 500;
const speechSeconds = 1200;

export const benchmark: Benchmark = {
  describe:
    'a PDF of 500 pages: memory and delay; what 500 passages cover; hostile files posted to a server that records',
  options: { runs: { type: 'string', default: '3' } },
  async run(values) {
    buildHansard();
    const dir = await mkdtemp(join(tmpdir(), 'hansard-parse-'));
    try {
      const book = join(dir, 'book.pdf');
      const leaflet = join(dir, 'leaflet.pdf');
      await writeFile(book, bookPdf(pages));
      await writeFile(leaflet, bookPdf(3));
      const readings: Reading[] = [];
      for (let run = 0; run < Number(values['runs']); run += 1) {
        const file = join(import.meta.dirname, 'apart/read.ts');
        const reading = await measureApart<Reading>({
          file,
          args: [book, leaflet],
          flags: ['--expose-gc'],
          timeoutMs: 300_000,
        });
        readings.push(reading);
        console.log(`#   load ${loadavg()[0]!.toFixed(1)}: ${JSON.stringify(reading)}`);
      }
      const of = (pick: (reading: Reading) => number) => round(median(readings.map(pick)));
      const coverage = measureCoverage(pages);
      console.log(`#   coverage: ${JSON.stringify(coverage)}`);

      const speech = readSpeech(makeSpeech(join(dir, 'speech.webm'), speechSeconds));
      const hostile = await postHostileFiles(join(dir, 'data'), speech);
      if (hostile.unexpected.length > 0) console.log(`#   otherwise than expected: ${hostile.unexpected.join('; ')}`);
      const p99 = (times: number[]) => round(percentile(times, 0.99));

      const childMb = of(({ childPeakBytes }) => childPeakBytes / 1e6);
      const parentMb = of(({ parentGrowthBytes }) => parentGrowthBytes / 1e6);
      const lagMs = of(({ lagMaxMs }) => lagMaxMs);
      report({
        bench: 'parse',
        figures: {
          'load average': round(loadavg()[0]!),
          pages: readings[0]!.pages,
          'passages found': readings[0]!.found,
          seconds: of(({ ms }) => ms / 1000),
          'child peak MB': childMb,
          'parent growth MB': parentMb,
          'parent lag p50 ms': of(({ lagP50Ms }) => lagP50Ms),
          'parent lag p99 ms': of(({ lagP99Ms }) => lagP99Ms),
          'parent lag max ms': lagMs,
          'idle lag p99 ms': of(({ idleLagP99Ms }) => idleLagP99Ms),
          'idle lag max ms': of(({ idleLagMaxMs }) => idleLagMaxMs),
          'sections covered percent': round(coverage.chosen.sections * 100),
          'sections covered by the first 500 percent': round(coverage.first.sections * 100),
          'words covered percent': round(coverage.chosen.words * 100),
          'words covered by the first 500 percent': round(coverage.first.words * 100),
          'hostile files': hostile.files,
          'server RSS MB before': round(hostile.rssBeforeMb),
          'server RSS MB at most': round(hostile.mostRssMb),
          'server RSS MB after the first round': round(hostile.rssAfterMb[0]!),
          'server RSS MB after the last round': round(hostile.rssAfterMb.at(-1)!),
          'health p99 ms': p99(hostile.healthMs),
          'health p99 ms, quiet': p99(hostile.quietHealthMs),
          'slice p99 ms': p99(hostile.sliceMs),
          'slice p99 ms, quiet': p99(hostile.quietSliceMs),
        },
        goals: [
          { name: 'child peak MB', is: childMb, want: '<= 150' },
          { name: 'parent growth MB', is: parentMb, want: '<= 5' },
          { name: 'parent lag max ms', is: lagMs, want: '<= 15' },
          { name: 'hostile files that ended otherwise', is: hostile.files - hostile.asExpected, want: '== 0' },
          {
            name: 'server RSS growth MB, last round over the first',
            is: round(hostile.rssAfterMb.at(-1)! - hostile.rssAfterMb[0]!),
            want: '<= 10',
          },
          { name: 'answers to others that failed', is: hostile.failedAnswers, want: '== 0' },
          { name: 'acknowledged bytes lost', is: hostile.lostBytes, want: '== 0' },
        ],
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

const round = (value: number): number => Math.round(value * 10) / 10;
