import type { Gauges } from '../contracts.ts';

const ten = /^(some|full) avg10=(\d+(?:\.\d+)?)/gm;

/** Of a `memory.pressure` or `/proc/pressure/memory`; null where it holds something else. */
export function parsePressureStall(text: string): Gauges['psi'] {
  const shares: Record<string, number> = {};
  for (const [, name = '', percent] of text.matchAll(ten)) shares[name] = Number(percent) / 100;
  const { some, full } = shares;
  return some === undefined || full === undefined ? null : { some, full };
}
