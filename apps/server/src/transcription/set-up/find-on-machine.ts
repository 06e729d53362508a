import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundOnMachine } from '../engine-candidates.ts';
import type { RunProgram } from './run-program.ts';

/** Looks for engines that need no configuration: PocketSphinx's program, and a model that was set up earlier. */
export async function findOnMachine({ dataDir, run }: { dataDir: string; run: RunProgram }): Promise<FoundOnMachine> {
  const { code } = await run('/bin/sh', ['-c', 'command -v pocketsphinx_continuous'], new AbortController().signal);
  return { pocketSphinx: code === 0, sherpaModelDir: await firstModel(join(dataDir, 'models')) };
}

async function firstModel(models: string): Promise<string | null> {
  try {
    const entries = await readdir(models, { withFileTypes: true });
    const [name] = entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .toSorted();
    return name === undefined ? null : join(models, name);
  } catch {
    return null;
  }
}
