import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { openSqlite } from '../adapters/database/index.ts';
import { systemClock } from './clock.ts';
import { chosen, createTestBench, createTestEngine, saysWords } from './testing.ts';

/** Transcribes the database's chunks in another process, and kills it so long after it has begun. */
export async function killedChild(databaseFile: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, databaseFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await wait(afterMs);
  child.kill('SIGKILL');
  await ended;
}

async function transcribeAll(databaseFile: string): Promise<void> {
  const { transcription } = await createTestBench({ database: openSqlite(databaseFile), clock: systemClock });
  await transcription.setEngine(
    chosen(createTestEngine(async (id) => (await wait(Math.random() * 20), saysWords(id)))),
  );
  await transcription.start();
  process.stdout.write('begun\n');
  await wait(10_000);
}

if (process.argv[1] === import.meta.filename) await transcribeAll(process.argv[2]!);
