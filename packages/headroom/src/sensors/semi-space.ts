import { getHeapStatistics } from 'node:v8';
import { isMainThread, resourceLimits, Worker } from 'node:worker_threads';

const mib = 1024 * 1024;

/** V8 gives the young generation three semi-spaces: two to copy between, and one's worth of large objects. */
export const semiSpacesInYoungGeneration = 3;

/** With `--max-heap-size` alone, V8 makes a semi-space about this part of the whole heap. */
const semiSpacesInHeap = 131;

/** Of V8's rounding: semi-spaces are powers of two. */
const powerOfTwoFrom = (mebibytes: number): number => 2 ** Math.ceil(Math.log2(mebibytes));

/** A number flag's last value, which is the one that counts; null where it isn't given, or as 0, which is V8's word for that. */
function flagMebibytes(words: readonly string[], name: string): number | null {
  const pattern = new RegExp(`^--${name.replaceAll('-', '[-_]')}=(\\d+)$`);
  const values = words.flatMap((word) => pattern.exec(word)?.[1] ?? []);
  return Number(values.at(-1) ?? 0) || null;
}

/** Later flags win. */
const wordsOf = (execArgv: readonly string[], nodeOptions = ''): string[] => [
  ...nodeOptions.split(/[\s"]+/),
  ...execArgv,
];

/**
 * One semi-space in bytes as the process's flags set it, or null where they don't. The command line's flags (`execArgv`)
 * come after those of `NODE_OPTIONS`, and win.
 */
export function semiSpaceFlagBytes(execArgv: readonly string[], nodeOptions = ''): number | null {
  const words = wordsOf(execArgv, nodeOptions);
  const semiSpace = flagMebibytes(words, 'max-semi-space-size');
  if (semiSpace !== null) return powerOfTwoFrom(semiSpace) * mib;
  const heap = flagMebibytes(words, 'max-heap-size');
  if (heap !== null && flagMebibytes(words, 'max-old-space-size') === null) return (heap * mib) / semiSpacesInHeap;
  return null;
}

/** What a flag for the old generation leaves of the heap's limit for each semi-space; null where there is no such flag. */
export function semiSpaceBesideFlagBytes(
  execArgv: readonly string[],
  nodeOptions: string | undefined,
  heapLimitBytes: number,
): number | null {
  const old = flagMebibytes(wordsOf(execArgv, nodeOptions), 'max-old-space-size');
  if (old === null || old * mib >= heapLimitBytes) return null;
  return (heapLimitBytes - old * mib) / semiSpacesInYoungGeneration;
}

/** What V8 takes where no flag says otherwise and there is memory enough: stands in until the worker has answered. */
export const usualSemiSpaceBytes = (v8Version = process.versions.v8): number =>
  (Number.parseInt(v8Version, 10) >= 13 ? 64 : 16) * mib;

/** One semi-space's largest size in this process, in bytes. Starts a worker for some tens of milliseconds where no flag says it. */
export async function semiSpaceBytes(): Promise<number> {
  const known = knownSemiSpaceBytes();
  return known ?? (await youngGenerationMebibytes()) * (mib / semiSpacesInYoungGeneration);
}

/** The same where it can be had at once: from flags, and within a worker from its own limits. Else null. */
export function knownSemiSpaceBytes(): number | null {
  const nodeOptions = process.env['NODE_OPTIONS'];
  const flag = semiSpaceFlagBytes(process.execArgv, nodeOptions);
  if (flag !== null) return flag;
  if (isMainThread) return semiSpaceBesideFlagBytes(process.execArgv, nodeOptions, getHeapStatistics().heap_size_limit);
  const youngMebibytes = resourceLimits.maxYoungGenerationSizeMb;
  return youngMebibytes === undefined ? null : youngMebibytes * (mib / semiSpacesInYoungGeneration);
}

/** A worker made without limits gets the main thread's defaults, and can say them. */
function youngGenerationMebibytes(): Promise<number> {
  const source = `
    const { parentPort, resourceLimits } = require('node:worker_threads');
    parentPort.postMessage(resourceLimits.maxYoungGenerationSizeMb);`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true, execArgv: [], env: {} });
    worker.unref();
    worker.once('message', (mebibytes: unknown) => {
      if (typeof mebibytes === 'number' && mebibytes > 0) resolve(mebibytes);
      else reject(new Error(`A worker gave ${String(mebibytes)} as its young generation`));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('A worker ended without its limits')));
  });
}
