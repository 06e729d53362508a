import type { Alert, AlertSink, Clock, Log } from '../contracts.ts';

interface SinkLaneOptions {
  readonly sink: AlertSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly deadlineMs: number;
  readonly maxWaiting: number;
}

/**
 * One sink's sends, one at a time, so that an end never overtakes its beginning. What waits is the newest of each key: a sink
 * that was away hears how things stand. A send counts as under way until it has ended, also one that ignores its signal.
 */
export function createSinkLane({ sink, clock, log, deadlineMs, maxWaiting }: SinkLaneOptions) {
  const waiting = new Map<string, Alert>();
  let underWay: AbortController | null = null;
  let isClosed = false;

  function next() {
    const [alert] = waiting.values();
    if (isClosed || underWay !== null || alert === undefined) return;
    waiting.delete(alert.key);
    underWay = new AbortController();
    void deliver(alert, underWay).finally(() => {
      underWay = null;
      next();
    });
  }

  async function deliver(alert: Alert, controller: AbortController) {
    const { key, state } = alert;
    const deadline = clock.after(deadlineMs, () => {
      log.error({ sink: sink.name, key, state, deadlineMs }, 'an alert sink hangs; its send is given up');
      controller.abort();
    });
    try {
      await sink.send(alert, controller.signal);
    } catch (error) {
      // The sink's own words only: the cause of a failed request holds its address.
      const reason = error instanceof Error ? error.message : typeof error;
      if (!controller.signal.aborted) log.error({ sink: sink.name, key, state, reason }, 'an alert sink has failed');
    } finally {
      deadline.cancel();
    }
  }

  return {
    push(alert: Alert) {
      waiting.delete(alert.key);
      if (waiting.size >= maxWaiting) {
        const dropped = oldestToDrop(waiting);
        waiting.delete(dropped.key);
        log.error({ sink: sink.name, key: dropped.key, state: dropped.state }, 'an alert was dropped: too many wait');
      }
      waiting.set(alert.key, alert);
      next();
    },
    close() {
      isClosed = true;
      waiting.clear();
      underWay?.abort();
    },
  };
}

/** Beginnings before ends: whoever heard of a beginning must hear of its end. */
function oldestToDrop(waiting: ReadonlyMap<string, Alert>): Alert {
  const alerts = [...waiting.values()];
  return alerts.find(({ state }) => state === 'firing') ?? alerts[0]!;
}
