import type { Clock, Log } from '../contracts.ts';

export type ThrottledLog = (severity: keyof Log, key: string, fields: object, message: string) => void;

/** Keys are names from code; this many are remembered, should some not be. */
const maxKeys = 256;

/** Writes the first line of each key at once, and further ones when `intervalMs` has passed since the last written. */
export function createThrottledLog(log: Log, clock: Pick<Clock, 'now'>, intervalMs: number): ThrottledLog {
  const writtenMs = new Map<string, number>();
  return (severity, key, fields, message) => {
    const nowMs = clock.now();
    if (nowMs - (writtenMs.get(key) ?? -Infinity) < intervalMs) return;
    writtenMs.delete(key);
    writtenMs.set(key, nowMs);
    if (writtenMs.size > maxKeys) writtenMs.delete(writtenMs.keys().next().value!);
    log[severity](fields, message);
  };
}
