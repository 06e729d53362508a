import { setTimeout as wait } from 'node:timers/promises';
import { chooseEngine } from '@hansard/server/transcription';
import { addChunks, createTestBench, systemClock } from '@hansard/server/transcription/testing';
import type { Benchmark } from '../main.ts';
import { median, report, type Goal } from '../report.ts';
import { startTrialServer } from './trial-server.ts';

const latencyMs = 200;
const maxConcurrency = 200;
const trials = [
  { limit: 8, above: 'refuses' },
  { limit: 32, above: 'refuses' },
  { limit: 8, above: 'queues' },
  { limit: 32, above: 'queues' },
] as const;

export const benchmark: Benchmark = {
  describe: 'how many calls at once the scheduler finds out that a provider bears, against what it does bear',
  options: { seconds: { type: 'string', default: '30' } },
  async run({ seconds }) {
    const figures: Record<string, number> = {};
    const goals: Goal[] = [];
    for (const trial of trials) {
      const name = `${trial.above} above ${trial.limit}`;
      const found = await tryOut(trial, Number(seconds) * 1000);
      console.log(
        `${name.padEnd(18)} found ${found.limit}, throughput ${found.throughput.toFixed(2)} of the possible, refused ${(found.refusedShare * 100).toFixed(1)} %`,
      );
      figures[`${name}: found`] = found.limit;
      figures[`${name}: found / limit`] = round(found.limit / trial.limit);
      figures[`${name}: throughput / possible`] = round(found.throughput);
      figures[`${name}: refused share`] = round(found.refusedShare);
      goals.push(
        { name: `${name}: found / limit`, is: round(found.limit / trial.limit), want: '>= 0.8' },
        { name: `${name}: found / limit`, is: round(found.limit / trial.limit), want: '<= 1.7' },
        { name: `${name}: throughput / possible`, is: round(found.throughput), want: '>= 0.7' },
        { name: `${name}: refused share`, is: round(found.refusedShare), want: '<= 0.02' },
      );
    }
    report({ bench: 'adaptive', figures, goals });
  },
};

/** Works through chunks with the real scheduler, engine and database; the figures are of the second half of the time. */
async function tryOut(trial: (typeof trials)[number], durationMs: number) {
  const server = await startTrialServer({ ...trial, latencyMs });
  const { database, transcription } = await createTestBench({ clock: systemClock });
  const chunks = Math.ceil((trial.limit / latencyMs) * durationMs * 1.5);
  for (let meeting = 0; meeting < 10; meeting += 1)
    await addChunks(database, `meeting-${meeting}`, Math.ceil(chunks / 10));
  const config = { openaiBaseUrl: server.baseUrl, openaiModel: 'trial', cloudMaxConcurrency: maxConcurrency };
  const rest = { engine: 'openai', localConcurrency: 1, setUp: false, dataDir: '' } as const;
  await transcription.setEngine(chooseEngine({ ...config, ...rest }, { pocketSphinx: false, sherpaModelDir: null }));
  await transcription.start();

  await wait(durationMs / 2);
  const halfway = server.counts();
  const began = performance.now();
  const limits: number[] = [];
  while (performance.now() - began < durationMs / 2) {
    await wait(50);
    limits.push(transcription.engines()[0]?.concurrency ?? 0);
  }
  const { answered, refused } = server.counts();
  const possible = ((performance.now() - began) / latencyMs) * trial.limit;
  await transcription.drain();
  await server.close();
  await database.destroy();
  return {
    limit: median(limits),
    throughput: (answered - halfway.answered) / possible,
    refusedShare: (refused - halfway.refused) / Math.max(1, answered + refused - halfway.answered - halfway.refused),
  };
}

const round = (value: number) => Number(value.toFixed(3));
