import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunProgram } from './run-program.ts';

interface UnpackOptions {
  archive: string;
  /** Of the folder that the archive holds. */
  name: string;
  run: RunProgram;
  signal: AbortSignal;
}

/** Unpacks a `.tar.bz2` beside itself and removes it. The model's folder appears whole or not at all; says where. */
export async function unpackModel({ archive, name, run, signal }: UnpackOptions): Promise<string> {
  const models = dirname(archive);
  const modelDir = join(models, name);
  const unpacked = await mkdtemp(join(models, '.unpacking-'));
  try {
    const { code, lastWords } = await run('tar', ['-xjf', archive, '-C', unpacked, '--no-same-owner'], signal);
    if (code === 127) throw new Error('there is no "tar" to unpack the model with');
    if (/bzip2/.test(lastWords)) throw new Error('tar can not unpack the model without bzip2: apt-get install bzip2');
    if (code !== 0) throw new Error(`tar ended with ${code}: ${lastWords.slice(-300)}`);
    await rm(modelDir, { recursive: true, force: true });
    await rename(join(unpacked, name), modelDir);
    await rm(archive);
    return modelDir;
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}
