import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHansard } from '../load/hansard-server.ts';
import type { Benchmark } from '../main.ts';
import { report, type Goal } from '../report.ts';
import { killRun } from './kill-run.ts';
import { powerLossRun } from './power-loss.ts';
import { seededRandom } from './random.ts';

export const benchmark: Benchmark = {
  describe: 'what was acknowledged is there, once, after the server was killed, and after the power was lost',
  options: {
    clients: { type: 'string', default: '200' },
    kills: { type: 'string', default: '20' },
    /** Of the moments of the kills; a random one by default. */
    seed: { type: 'string' },
    /** Length of each recording, and how many seconds of it are sent in one. */
    seconds: { type: 'string', default: '150' },
    speed: { type: 'string', default: '2' },
    /** Only the part that throws away what was not synced. */
    'power-loss': { type: 'boolean', default: false },
    /** Takes the journal's sync out: the goals of `--power-loss` must then be missed. */
    'without-sync': { type: 'boolean', default: false },
  },
  async run(values) {
    const seed = values['seed'] === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values['seed']);
    const [clients, kills] = [Number(values['clients']), Number(values['kills'])];
    const sync = values['without-sync'] !== true;
    console.log(`# seed ${seed}`);
    const dir = await mkdtemp(join(tmpdir(), 'hansard-kill-'));
    const figures: Record<string, number> = { seed };
    const goals: Goal[] = [];
    const expectNone = (name: string, is: number) => goals.push({ name, is, want: '== 0' });
    try {
      console.log(
        `# power loss: ${kills} times, ${clients} tracks, what came after the last completed sync thrown away`,
      );
      const options = { tracks: clients, losses: kills, random: seededRandom(seed) };
      const loss = await powerLossRun({ ...options, dir: join(dir, 'synced'), sync });
      console.log(`#   ${JSON.stringify(loss)}`);
      for (const [name, value] of Object.entries(loss)) figures[`powerLoss.${name}`] = value;
      expectNone('acknowledged bytes lost by power loss', loss.lostBytes);
      expectNone('wrong bytes after power loss', loss.wrongBytes);

      if (values['power-loss'] !== true) {
        const unsynced = await powerLossRun({ ...options, losses: 2, dir: join(dir, 'unsynced'), sync: false });
        console.log(`#   the same with the sync taken out, to see that it is noticed: ${JSON.stringify(unsynced)}`);
        figures['powerLoss.withoutSync.lostBytes'] = unsynced.lostBytes;
        goals.push({ name: 'acknowledged bytes lost without the sync: noticed', is: unsynced.lostBytes, want: '>= 1' });

        buildHansard();
        const kill = await killRun({
          dir,
          clients,
          kills,
          seconds: Number(values['seconds']),
          speed: Number(values['speed']),
          random: seededRandom(seed),
        });
        Object.assign(figures, kill);
        expectNone('acknowledged bytes lost', kill.lostAcknowledgedBytes + kill.lostBytes);
        expectNone('bytes doubled', kill.doubledBytes);
        expectNone('bytes out of place', kill.foreignBytes + kill.reordered);
        expectNone('segments doubled', kill.doubledSegments);
        expectNone('milliseconds without text', kill.uncoveredMs);
        expectNone('failed chunks', kill.failedChunks);
      }
    } finally {
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    }
    report({ bench: 'kill', figures, goals });
  },
};
