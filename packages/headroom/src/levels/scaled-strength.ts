import type { Level, Strengths } from '../contracts.ts';

/** At which pressure each level is entered. Each must be above the one before by the band at least. */
export interface Thresholds {
  readonly warning: number;
  readonly critical: number;
  readonly emergency: number;
}

/**
 * How hard to act at a level and a pressure: what the level says at its threshold, what the next one says at the next one's, and a
 * straight line between. 0 at normal.
 */
export function scaledStrength(strengths: Strengths, thresholds: Thresholds, level: Level, pressure: number): number {
  switch (level) {
    case 'normal':
      return 0;
    case 'warning':
      return between(strengths.warning, strengths.critical, thresholds.warning, thresholds.critical, pressure);
    case 'critical':
      return between(strengths.critical, strengths.emergency, thresholds.critical, thresholds.emergency, pressure);
    case 'emergency':
      return strengths.emergency;
  }
}

function between(atFrom: number, atTo: number, from: number, to: number, pressure: number): number {
  const share = Math.min(1, Math.max(0, (pressure - from) / (to - from)));
  return atFrom + (atTo - atFrom) * share;
}
