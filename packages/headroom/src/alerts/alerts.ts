import type { Alert, AlertSink, Clock, Log } from '../contracts.ts';
import { createSinkLane } from './sink-lane.ts';

export interface AlertsOptions {
  readonly sinks: readonly AlertSink[];
  readonly clock: Clock;
  readonly log: Log;
  /** An alert that lasts is sent again after this, not sooner. Default 15 minutes. */
  readonly throttleMs?: number;
  /** A send is given up after this. Default 10 s. */
  readonly deadlineMs?: number;
  /** Sends under way, and alerts that wait for a sink, at most; no fewer than there are sinks. Default 16. */
  readonly maxPending?: number;
}

/** What is wrong, told to every sink: once when it begins, at most once each throttle while it lasts, once when it is over. */
export interface Alerts {
  /** Begins what `key` names, or says that it lasts. One that has become more severe is told at once. */
  raise(key: string, severity: Alert['severity'], message: string, readings: object): void;
  /** Ends it, if it was there. The sinks get `message`, else the last one raised. */
  resolve(key: string, message?: string): void;
  /** What is wrong now, with the last message and readings of each. */
  firing(): Alert[];
  /** What was sent, newest last; the last 50. */
  recent(): Alert[];
  /** Ends sends under way; nothing is sent after. */
  close(): void;
}

const maxRecent = 50;
/** Keys come from code; more than these are a mistake there. */
const maxFiring = 100;
const severities = ['warning', 'critical', 'emergency'] as const;

/** Throws a RangeError where there are more sinks than `maxPending`. */
export function createAlerts(options: AlertsOptions): Alerts {
  const { sinks, clock, log, throttleMs = 15 * 60_000, deadlineMs = 10_000, maxPending = 16 } = options;
  if (sinks.length > maxPending) throw new RangeError(`${sinks.length} sinks, and maxPending is ${maxPending}`);
  const lanes = sinks.map((sink) => createSinkLane({ sink, clock, log, deadlineMs, maxWaiting: maxPending }));
  const firing = new Map<string, { alert: Alert; sentAtMs: number }>();
  const recent: Alert[] = [];
  let isClosed = false;

  function send(alert: Alert) {
    recent.push(alert);
    if (recent.length > maxRecent) recent.shift();
    for (const lane of lanes) lane.push(alert);
  }

  return {
    raise(key, severity, message, readings) {
      if (isClosed) return;
      const last = firing.get(key);
      if (last === undefined && firing.size >= maxFiring) {
        log.error({ key, maxFiring }, 'an alert was not raised: too many are');
        return;
      }
      const atMs = clock.now();
      const alert: Alert = { key, severity, state: 'firing', message, atMs, readings };
      const isWorse = last !== undefined && severities.indexOf(severity) > severities.indexOf(last.alert.severity);
      const isDue = last === undefined || isWorse || atMs - last.sentAtMs >= throttleMs;
      firing.set(key, { alert, sentAtMs: isDue ? atMs : last.sentAtMs });
      if (isDue) send(alert);
    },
    resolve(key, message) {
      const last = firing.get(key);
      if (isClosed || last === undefined) return;
      firing.delete(key);
      send({ ...last.alert, state: 'resolved', atMs: clock.now(), message: message ?? last.alert.message });
    },
    firing: () => [...firing.values()].map(({ alert }) => alert),
    recent: () => [...recent],
    close() {
      isClosed = true;
      for (const lane of lanes) lane.close();
    },
  };
}
