import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const printMaps = "process.stdout.write(require('node:fs').readFileSync('/proc/self/maps', 'latin1'))";

/**
 * Bytes of address space that V8 reserves for code, nearly all of it never used: the kernel counts it as data all the same,
 * so a limit of data has to be so much higher. Told from a process of the same program that does nothing else: this one may
 * have threads, each with a reserve of its own. Null where the system does not say.
 */
export async function reservedCodeBytes(): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const { stdout } = await run(process.execPath, ['-e', printMaps], { env: {}, timeout: 30_000 });
  let bytes = 0;
  for (const [, start, end] of stdout.matchAll(/^([\da-f]+)-([\da-f]+) rwxp /gm)) {
    bytes += Number.parseInt(end!, 16) - Number.parseInt(start!, 16);
  }
  return bytes;
}
