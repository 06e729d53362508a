import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '@hansard/client';
import { buildHansard, hansardProgram } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { audit, type Preset } from './audit.ts';
import { openBarePort } from './bare-port.ts';
import { fill } from './fill.ts';
import { recordAndWatch } from './record.ts';

const meetings = 200;
const lines = 1000;

interface Findings {
  figures: Record<string, number>;
  goals: Goal[];
}

export const benchmark: Benchmark = {
  describe: 'Lighthouse, script of a first load, and the audio that a recording page holds',
  options: {
    /** Recorded with late answers, and as many without a network. */
    seconds: { type: 'string', default: '60' },
    /** Of Lighthouse, for each page and preset; 0 leaves it out. */
    runs: { type: 'string', default: '3' },
  },
  async run(values) {
    const dir = await mkdtemp(join(tmpdir(), 'hansard-bench-pages-'));
    buildHansard();
    const server = await createServerProcess(hansardProgram(join(dir, 'data'), { HANSARD_ENGINE: 'none' }));
    const findings: Findings = { figures: {}, goals: [] };
    try {
      await server.start();
      const api = createApi(server.url);
      const meetingId = await fill(api, meetings, lines);
      const pages = { list: '/', [`meeting of ${lines} lines`]: `/m/${meetingId}` };
      await auditPages(findings, server.url, pages, dir, Number(values['runs']));
      const port = Number(new URL(server.url).port);
      addRecording(findings, await recordAndWatch(port, api, dir, Number(values['seconds'])));
    } finally {
      await server.kill();
      await rm(dir, { recursive: true, force: true });
    }
    report({ bench: 'pages', ...findings });
  },
};

async function auditPages(
  { figures, goals }: Findings,
  url: string,
  pages: Readonly<Record<string, string>>,
  dir: string,
  runs: number,
): Promise<void> {
  if (runs < 1) return;
  const browser = await openBarePort(join(dir, 'lighthouse'));
  try {
    for (const [page, path] of Object.entries(pages)) {
      for (const preset of ['mobile', 'desktop'] satisfies Preset[]) {
        const { performance, accessibility, scriptKb, timings } = await audit(browser.port, url + path, preset, runs);
        const name = `${page}, ${preset}`;
        console.log(`# ${name}: performance ${performance}, accessibility ${accessibility}; ${timings}`);
        goals.push({ name: `performance, ${name}`, is: performance, want: '>= 95' });
        goals.push({ name: `accessibility, ${name}`, is: accessibility, want: '>= 95' });
        figures[`script KB, ${page}`] = Math.max(scriptKb, figures[`script KB, ${page}`] ?? 0);
      }
      goals.push({ name: `script KB, ${page}`, is: figures[`script KB, ${page}`]!, want: '<= 200' });
    }
  } finally {
    await browser.close();
  }
}

function addRecording({ figures, goals }: Findings, bytes: Awaited<ReturnType<typeof recordAndWatch>>): void {
  const mb = (of: keyof typeof bytes) => Math.round(bytes[of] / 1000) / 1000;
  figures['MB recorded'] = mb('recordedBytes');
  figures['MB held before recording, the scripts’ own text'] = mb('beforeBytes');
  goals.push({ name: 'MB held with late answers', is: mb('onlineBytes'), want: '<= 1' });
  goals.push({ name: 'MB held offline', is: mb('offlineBytes'), want: '<= 1' });
  goals.push({ name: 'MB held while catching up', is: mb('catchingUpBytes'), want: '<= 1' });
  goals.push({ name: 'MB held after an hour offline, by its growth', is: mb('offlineHourBytes'), want: '<= 1' });
}
