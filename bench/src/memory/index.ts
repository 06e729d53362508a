import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHansard } from '../load/hansard-server.ts';
import { createServerProcess } from '../load/server-process.ts';
import { makeSpeech, readSpeech } from '../load/speech.ts';
import type { Benchmark } from '../main.ts';
import { report } from '../report.ts';
import { leak } from './leak.ts';
import type { Out } from './out.ts';
import { recorded } from './recorded.ts';
import { text } from './text.ts';

const shortSeconds = 6;

export const benchmark: Benchmark = {
  describe:
    'what meetings hold in memory, and whether it is let go: one of an hour, ten at once, thousands one after the other',
  options: {
    /** Of the recorded meetings, sent as fast as the server takes it. */
    minutes: { type: 'string', default: '60' },
    meetings: { type: 'string', default: '2000' },
    /** Meetings between two floors. */
    every: { type: 'string', default: '250' },
    /** Of `text`, `one`, `ten` and `leak`. */
    only: { type: 'string' },
  },
  async run(values) {
    buildHansard();
    const dir = await mkdtemp(join(tmpdir(), 'hansard-memory-'));
    const engine = await createServerProcess({ file: join(import.meta.dirname, '../load/fake-engine.ts') });
    try {
      await engine.start();
      const minutes = Number(values['minutes']);
      const speechOf = (name: string, seconds: number) => readSpeech(makeSpeech(join(dir, name), seconds));
      const shortSpeech = speechOf('short.webm', shortSeconds);
      const speech = speechOf('long.webm', minutes * 60);
      const out: Out = { figures: {}, goals: [] };
      const atOnce = (name: string, count: number) => () =>
        recorded(name, { engineUrl: engine.url, count, speech, shortSpeech, minutes }, out);
      const scenarios: Record<string, () => Promise<void>> = {
        one: atOnce('one', 1),
        ten: atOnce('ten', 10),
        text: () => text(engine.url, out),
        leak: () => {
          const [meetings, every] = [Number(values['meetings']), Number(values['every'])];
          return leak({ engineUrl: engine.url, speech: shortSpeech, meetings, every }, out);
        },
      };
      const only = values['only'];
      const names = only === undefined ? Object.keys(scenarios) : String(only).split(',');
      // Each has a server of its own. The text goes on in real time, and all rest before a floor: they don't wait for each other.
      const [recordings, others] = [
        ['one', 'ten'],
        ['text', 'leak'],
      ].map((group) => group.filter((name) => names.includes(name)));
      const inTurn = async (): Promise<void> => {
        for (const name of recordings!) await scenarios[name]!();
      };
      await Promise.all([inTurn(), ...others!.map((name) => scenarios[name]!())]);
      report({ bench: 'memory', ...out });
    } finally {
      await engine.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    }
  },
};
