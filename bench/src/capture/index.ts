import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHansard } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import { makeSpeech } from '../load/speech.ts';
import type { Benchmark } from '../main.ts';
import { report } from '../report.ts';
import { contestants, hansard, hansardWithoutEngine, type Contestant } from './contestants.ts';
import { figuresOf, goalsOf, transcribingShare, type TrialResult } from './figures.ts';
import { describeResult, describeSlopes, tableHead } from './print.ts';
import { runTrial } from './trial.ts';

export const benchmark: Benchmark = {
  describe: 'sessions that send speech: answers, CPU, memory, and loss after SIGKILL, against two other servers',
  options: {
    sessions: { type: 'string', default: '100,1000,2000,5000' },
    /** The window that is measured. */
    seconds: { type: 'string', default: '60' },
    /** Sessions begin spread over so long: no less than the longest chunk, so that chunks do not all end at once. */
    ramp: { type: 'string', default: '15' },
    settle: { type: 'string', default: '5' },
    generators: { type: 'string', default: '2' },
    /** `apart`: each meeting has a viewer with a connection of their own, beside the recorder; `page`: who records watches. */
    viewers: { type: 'string', default: 'apart' },
    /** `ours`, `reference` or `tus`; all by default. */
    only: { type: 'string' },
    /** The number of sessions at which it is measured what calling an engine costs; 0 for not at all. */
    'engine-share': { type: 'string', default: '1000' },
  },
  async run(values) {
    const number = (name: string) => Number(values[name]);
    const sizes = String(values['sessions'])
      .split(',')
      .map(Number)
      .toSorted((a, b) => a - b);
    const chosen = contestants.filter(({ name }) => values['only'] === undefined || values['only'] === name);
    if (chosen.length === 0) throw new Error('--only is one of: ours, reference, tus');
    const { viewers } = values;
    if (viewers !== 'apart' && viewers !== 'page') throw new Error('--viewers is one of: apart, page');
    const [seconds, rampSeconds, settleSeconds] = [number('seconds'), number('ramp'), number('settle')];

    const measuresEngine = chosen.includes(hansard) && sizes.includes(number('engine-share'));
    for (const { name, describe } of [...chosen, ...(measuresEngine ? [hansardWithoutEngine] : [])]) {
      console.log(`# ${name}: ${describe}`);
    }
    if (chosen.includes(hansard)) buildHansard();
    const dir = await mkdtemp(join(tmpdir(), 'hansard-bench-'));
    const engine = await createServerProcess({ file: join(import.meta.dirname, '../load/fake-engine.ts') });
    try {
      await engine.start();
      const speech = makeSpeech(join(dir, 'speech.webm'), seconds + rampSeconds + 6 * settleSeconds + 30);
      const results: TrialResult[] = [];
      const run = async (contestant: Contestant, sessions: number) => {
        const trial = await runTrial(contestant, {
          sessions,
          seconds,
          rampSeconds,
          settleSeconds,
          generators: number('generators'),
          viewers,
          engineUrl: engine.url,
          speech,
        });
        const result = { contestant: contestant.name, sessions, trial };
        console.log(describeResult(result));
        results.push(result);
      };

      console.log(tableHead);
      for (const [index, sessions] of sizes.entries()) {
        // In turn, each first once in a while.
        const turn = index % chosen.length;
        for (const contestant of [...chosen.slice(turn), ...chosen.slice(0, turn)]) await run(contestant, sessions);
        if (measuresEngine && sessions === number('engine-share')) await run(hansardWithoutEngine, sessions);
      }
      console.log(describeSlopes(results));
      const share = transcribingShare(results);
      if (share !== null)
        console.log(
          `# Transcribing (claims, engine calls over HTTP, lines, viewers) took ${Math.round(share * 100)} % of the CPU`,
        );
      report({ bench: 'capture', figures: figuresOf(results), goals: goalsOf(results, viewers) });
    } finally {
      await engine.kill();
      await rm(dir, { recursive: true, force: true });
    }
  },
};
