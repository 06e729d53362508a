import type { Sample } from '../contracts.ts';
import { createRiseWatch, type Low, type Rise } from './rise.ts';

const mib = 1024 * 1024;
const minuteMs = 60_000;

export interface LeakOptions {
  /** How much the floor after major collections grows over the windows watched; default 1.5. */
  readonly growthFactor?: number;
  /** A floor that rises by less is none: small heaps settle after start. Default 16 MiB. */
  readonly minRiseBytes?: number;
  /** Lengths of the windows, one watch each: short ones see a fast leak soon, long ones a slow one. Default 2, 12 and 72 min. */
  readonly windowsMs?: readonly number[];
  /** Windows of a rising floor that are a warning; default 10. */
  readonly windows?: number;
  /** Windows of it that are critical; default 15. */
  readonly criticalWindows?: number;
  /** A rise of resident or external memory is steady at this rate; default 60 MiB a minute. */
  readonly steadyBytesPerMinute?: number;
  /** Default 20 min. */
  readonly steadyWarningMinutes?: number;
  /** Default 30 min. */
  readonly steadyCriticalMinutes?: number;
}

export interface LeakFinding extends Rise {
  /** The floor of the old generation after major collections, resident memory, or what is outside V8's heap. */
  readonly kind: LeakKind;
}
export type LeakKind = 'heap-floor' | 'rss' | 'external';

export interface LeakReport {
  /** The worst of the findings; null where there is none. */
  readonly severity: Rise['severity'] | null;
  /** At most one of each kind. */
  readonly findings: readonly LeakFinding[];
}

export interface LeakWatch {
  /** Each says whether the report is another than before. */
  pushFloor(bytes: number, atMs: number): boolean;
  pushSample(sample: Sample): boolean;
  report(): LeakReport;
}

/** A rate asked for counts from this share of it: readings are noisy. */
const rateTolerance = 0.95;

export function createLeakWatch(options: LeakOptions = {}): LeakWatch {
  const { growthFactor = 1.5, minRiseBytes = 16 * mib, steadyBytesPerMinute = 60 * mib } = options;
  const { windowsMs = [2 * minuteMs, 12 * minuteMs, 72 * minuteMs], windows = 10, criticalWindows = 15 } = options;
  const { steadyWarningMinutes = 20, steadyCriticalMinutes = 30 } = options;
  if (growthFactor <= 1) throw new RangeError(`A leak's growth factor is above 1, not ${growthFactor}`);
  checkWindows(windows, criticalWindows);
  checkWindows(steadyWarningMinutes, steadyCriticalMinutes);

  const grows = (from: Low, to: Low) => to.bytes >= growthFactor * from.bytes && to.bytes - from.bytes >= minRiseBytes;
  const isSteady = (from: Low, to: Low) =>
    to.bytes - from.bytes >= (steadyBytesPerMinute * rateTolerance * (to.atMs - from.atMs)) / minuteMs;
  const floors = windowsMs.map((windowMs) => createRiseWatch({ windowMs, windows, criticalWindows, isEnough: grows }));
  const steady = () =>
    createRiseWatch({
      windowMs: minuteMs,
      windows: steadyWarningMinutes,
      criticalWindows: steadyCriticalMinutes,
      isEnough: isSteady,
    });
  const rss = steady();
  const external = steady();

  function worst(rises: readonly (Rise | null)[], kind: LeakKind): LeakFinding[] {
    const found = rises.filter((rise) => rise !== null);
    const rise = found.find(({ severity }) => severity === 'critical') ?? found[0];
    return rise === undefined ? [] : [{ kind, ...rise }];
  }

  return {
    pushFloor(bytes, atMs) {
      let changed = false;
      for (const floor of floors) changed = floor.push(bytes, atMs) || changed;
      return changed;
    },
    pushSample({ atMs, gauges }) {
      const rssChanged = rss.push(gauges.rssBytes, atMs);
      return external.push(gauges.externalBytes, atMs) || rssChanged;
    },
    report() {
      const findings = [
        ...worst(
          floors.map(({ rise }) => rise),
          'heap-floor',
        ),
        ...worst([rss.rise], 'rss'),
        ...worst([external.rise], 'external'),
      ];
      const isCritical = findings.some(({ severity }) => severity === 'critical');
      return { severity: isCritical ? 'critical' : findings.length > 0 ? 'warning' : null, findings };
    },
  };
}

/** Fewer windows prove nothing, more are not kept. */
function checkWindows(warning: number, critical: number) {
  if (warning >= 4 && critical >= warning && critical <= 120) return;
  throw new RangeError(`A leak is watched over 4 to 120 windows, critical not before warning: ${warning}, ${critical}`);
}
