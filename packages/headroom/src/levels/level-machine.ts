import { levels, type Level, type Strengths } from '../contracts.ts';
import { scaledStrength, type Thresholds } from './scaled-strength.ts';

export interface LevelOptions {
  /** Default 0.70, 0.85, 0.95. */
  readonly thresholds: Thresholds;
  /** How far below its threshold pressure must be for a level to be left; 0.05 at least, and the default. */
  readonly band: number;
  /** How long it must have been there. Default 5000. */
  readonly dwellMs: number;
  /** Samples in a row that confirm entering (emergency needs one) and leaving. Default 2. */
  readonly confirmSamples: number;
}

export interface LevelMachine {
  /** One sample's pressure at its time; says whether the level has changed. */
  push(pressure: number, atMs: number): boolean;
  readonly level: Level;
  readonly previous: Level;
  /** Changes so far. */
  readonly generation: number;
  /** How hard the level and the highest pressure since it began ask to act. */
  strength(strengths: Strengths): number;
}

export const defaultLevelOptions: LevelOptions = {
  thresholds: { warning: 0.7, critical: 0.85, emergency: 0.95 },
  band: 0.05,
  dwellMs: 5000,
  confirmSamples: 2,
};

const leastBand = 0.05;
/** 0.85 − 0.05 is a hair below 0.8: differences are rounded, so that exactly at an edge is at the edge. */
const difference = (from: number, less: number) => Math.round((from - less) * 1e9) / 1e9;

/** Throws a RangeError for thresholds that don't rise, lie nearer to each other than the band, or can't be left. */
function checkOptions({
  thresholds: { warning, critical, emergency },
  band,
  dwellMs,
  confirmSamples,
}: LevelOptions): void {
  if (!(band >= leastBand))
    throw new RangeError(`The band is ${band}; ${leastBand} is the least that keeps levels from flapping`);
  const steps = [difference(warning, 0), difference(critical, warning), difference(emergency, critical)];
  if (!steps.every((step) => step >= band)) {
    throw new RangeError(
      `Thresholds ${warning}, ${critical}, ${emergency} must each rise by the band of ${band} at least`,
    );
  }
  if (!Number.isFinite(emergency)) throw new RangeError('Thresholds must be finite');
  if (!(dwellMs >= 0)) throw new RangeError(`dwellMs is ${dwellMs}; it can't be below 0`);
  if (!(confirmSamples >= 1)) throw new RangeError(`confirmSamples is ${confirmSamples}; it must be 1 at least`);
}

/**
 * Turns pressure into levels that don't flap: up at a threshold, confirmed; down one at a time, when pressure has been below the
 * band for a dwell, confirmed too. Throws a RangeError for options that could not work.
 */
export function createLevelMachine(options: Partial<LevelOptions> = {}): LevelMachine {
  const settings = { ...defaultLevelOptions, ...options };
  checkOptions(settings);
  const { thresholds, band, dwellMs, confirmSamples } = settings;
  const entries = [Number.NEGATIVE_INFINITY, thresholds.warning, thresholds.critical, thresholds.emergency];
  const exits = entries.map((entry) => difference(entry, band));
  /** How many samples in a row were at each threshold or above. */
  const above = entries.map(() => 0);
  const emergency = levels.length - 1;

  let index = 0;
  let previous = 0;
  let generation = 0;
  let highestPressure = 0;
  let samplesBelow = 0;
  let belowSinceMs = 0;

  function change(to: number, pressure: number): true {
    previous = index;
    index = to;
    generation += 1;
    highestPressure = pressure;
    return true;
  }

  function confirmedLevel(pressure: number): number {
    let highest = 0;
    for (let level = 1; level <= emergency; level += 1) {
      above[level] = pressure >= entries[level]! ? above[level]! + 1 : 0;
      if (above[level]! >= (level === emergency ? 1 : confirmSamples)) highest = level;
    }
    return highest;
  }

  /** Counts the time below the level that is left next. */
  function countBelow(pressure: number, atMs: number): void {
    if (index === 0 || pressure >= exits[index]!) samplesBelow = 0;
    else {
      if (samplesBelow === 0) belowSinceMs = atMs;
      samplesBelow += 1;
    }
  }

  return {
    push(pressure, atMs) {
      if (Number.isNaN(pressure)) return false;
      const confirmed = confirmedLevel(pressure);
      if (confirmed > index) {
        samplesBelow = 0;
        return change(confirmed, pressure);
      }
      highestPressure = Math.max(highestPressure, pressure);
      countBelow(pressure, atMs);
      if (samplesBelow < confirmSamples || atMs - belowSinceMs < dwellMs) return false;
      change(index - 1, pressure);
      samplesBelow = 0;
      countBelow(pressure, atMs);
      return true;
    },
    get level() {
      return levels[index]!;
    },
    get previous() {
      return levels[previous]!;
    },
    get generation() {
      return generation;
    },
    strength: (strengths) => scaledStrength(strengths, thresholds, levels[index]!, highestPressure),
  };
}
