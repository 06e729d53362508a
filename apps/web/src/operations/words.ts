import type { MemoryLevel } from '@hansard/protocol';
import { when } from '../format/time.ts';

/** Written out, so that the schemas (and their library) are not part of the page. */
export const levels: readonly MemoryLevel[] = ['normal', 'warning', 'critical', 'emergency'];

/** Figures and their units stay on one line. */
export const percent = (ratio: number): string => `${Math.round(ratio * 100)}\u00a0%`;

/** A number of many digits, in groups. */
export const number = (value: number): string => value.toLocaleString();

/** A time to read off: `250 ms`, `6.2 s`, `48 s`, `2 min 5 s`. */
export function precise(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)}\u00a0ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 100) return `${tenths / 10}\u00a0s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}\u00a0s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60}\u00a0min` : `${Math.floor(seconds / 60)}\u00a0min ${rest}\u00a0s`;
}

let timeOfDay: Intl.DateTimeFormat | undefined;

/** `14:05:09`. */
export function atTime(epochMs: number): string {
  timeOfDay ??= new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return timeOfDay.format(epochMs);
}

/** Today to the second, before that with the day. */
export function whenShort(epochMs: number, now: number): string {
  const isToday = new Date(epochMs).toDateString() === new Date(now).toDateString();
  return isToday ? atTime(epochMs) : when(epochMs, now);
}
