import type { MemoryLevel } from '@hansard/protocol';

/** Written out, so that the schemas (and their library) are not part of the page. */
export const levels: readonly MemoryLevel[] = ['normal', 'warning', 'critical', 'emergency'];

export const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

/** A number of many digits, in groups. */
export const number = (value: number): string => value.toLocaleString();

/** A time to read off: `250 ms`, `6.2 s`, `48 s`, `2 min 5 s`. */
export function precise(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

let timeOfDay: Intl.DateTimeFormat | undefined;

/** `14:05:09`. */
export function atTime(epochMs: number): string {
  timeOfDay ??= new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return timeOfDay.format(epochMs);
}
