import lighthouse, { desktopConfig, type Result } from 'lighthouse';
import { median } from '../report.ts';

/** Lighthouse's own presets: a mid-range phone on slow 4G, and a desktop; throttling is simulated in both. */
export type Preset = 'mobile' | 'desktop';

export interface Audited {
  /** 0 to 100, the median of the runs. */
  performance: number;
  accessibility: number;
  /** Of a first load: as transferred, compressed and with headers. 1 KB is 1000 bytes. */
  scriptKb: number;
  /** What it was made of. */
  timings: string;
}

const shownTimings = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'cumulative-layout-shift',
  'speed-index',
];

export async function audit(port: number, url: string, preset: Preset, runs: number): Promise<Audited> {
  const results: Result[] = [];
  for (let run = 0; run < runs; run += 1) results.push(await runOnce(port, url, preset));
  const score = (category: string) =>
    Math.round(median(results.map(({ categories }) => (categories[category]?.score ?? 0) * 100)));
  const [performance, accessibility] = [score('performance'), score('accessibility')];
  const typical = results.find(({ categories }) => categories['performance']?.score === performance / 100);
  return {
    performance,
    accessibility,
    scriptKb: Math.round(Math.max(...results.map(scriptBytes)) / 100) / 10,
    timings:
      `benchmark index ${typical?.environment.benchmarkIndex}, ` +
      shownTimings.map((id) => `${id} ${typical?.audits[id]?.displayValue ?? '?'}`).join(', '),
  };
}

/** On a busy machine a trace is lost now and then, for which Lighthouse asks to be run again. */
const maxTries = 3;

async function runOnce(port: number, url: string, preset: Preset): Promise<Result> {
  let failure = '';
  for (let tries = 0; tries < maxTries; tries += 1) {
    const done = await lighthouse(
      url,
      { port, logLevel: 'error', onlyCategories: ['performance', 'accessibility'] },
      preset === 'desktop' ? desktopConfig : undefined,
    );
    if (done && !done.lhr.runtimeError) return done.lhr;
    failure = done?.lhr.runtimeError?.message ?? 'no result';
  }
  throw new Error(`${url}: ${failure}`);
}

function scriptBytes({ audits }: Result): number {
  const details = audits['network-requests']?.details;
  if (details?.type !== 'table') throw new Error('Lighthouse did not list what was loaded.');
  const scripts = details.items.filter(({ resourceType }) => resourceType === 'Script');
  if (scripts.length === 0) throw new Error('Lighthouse saw no script.');
  return scripts.reduce((sum, { transferSize }) => sum + Number(transferSize), 0);
}
