import type { Alerts } from './alerts/index.ts';
import type { Level, Sample } from './contracts.ts';
import type { LeakReport } from './monitor/index.ts';
import { readingsOf } from './pressure-error.ts';

const percent = (ratio: number) => `${Math.round(ratio * 100)} %`;

/** Keeps alerts in step with the level and with leaks: raised while they last (the throttle is the alerts' own), then resolved. */
export function createPressureAlerts(alerts: Alerts) {
  let leak: LeakReport | null = null;

  function tellLevel(level: Level, sample: Sample): void {
    const { pressure, tightest } = sample;
    const message = `Memory is at ${level}: ${percent(pressure)} of ${tightest ?? 'no limit'}`;
    if (level === 'normal') alerts.resolve('memory-level', message);
    else alerts.raise('memory-level', level, message, readingsOf(sample, level));
  }

  function tellLeak(): void {
    const worst = leak?.severity ?? null;
    if (leak === null || worst === null) alerts.resolve('memory-leak', 'Memory is leaking no more');
    else alerts.raise('memory-leak', worst, 'Memory is leaking: its floor keeps rising', leak);
  }

  return {
    onSample(level: Level, sample: Sample): void {
      tellLevel(level, sample);
      tellLeak();
    },
    onLeak(report: LeakReport): void {
      leak = report;
      tellLeak();
    },
  };
}
