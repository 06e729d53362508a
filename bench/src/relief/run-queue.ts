import { openSync, readSync } from 'node:fs';

/**
 * Says how long the main thread has been ready to run and was not let, in ms since it began: the kernel's own account, exact
 * whenever the thread runs. Always 0 where the kernel keeps none.
 */
export function openWaitMeter(): () => number {
  const buffer = Buffer.alloc(64);
  try {
    const file = openSync('/proc/self/schedstat', 'r');
    return () => Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0)).split(' ')[1]) / 1e6;
  } catch {
    return () => 0;
  }
}
