import { totalmem } from 'node:os';
import { createNodeSensors, type Sensors } from '@hansard/headroom';
import type { Logger } from 'pino';

export function measuring(budgetBytes: number | undefined, log: Logger): Sensors {
  return createNodeSensors({
    ...(budgetBytes !== undefined && { rssBudgetBytes: budgetBytes }),
    onError: (name, error) => log.warn({ signal: name, err: error }, 'memory could not be measured'),
  });
}

/** Measures, and never raises the level: governance that is off. */
export function blind(sensors: Sensors): Sensors {
  return { ...sensors, readSignals: () => ({}) };
}

/** What the process may take in all: the smallest limit of those that count all of its memory. */
export function limitOf(sensors: Sensors, settingBytes: number | undefined) {
  const { container, rss } = sensors.readSignals();
  const containerBytes = container?.limitBytes ?? Infinity;
  const residentBytes = rss?.limitBytes ?? totalmem();
  if (containerBytes < residentBytes) return { limitBytes: containerBytes, from: 'container' as const };
  return { limitBytes: residentBytes, from: settingBytes === undefined ? ('machine' as const) : ('setting' as const) };
}
