import { describe, expect, test } from 'vitest';
import type { Alert, AlertSink } from '../contracts.ts';
import { createFakeClock } from '../testing/index.ts';
import { createAlerts } from './alerts.ts';
import { createTestLog } from '../testing/test-log.ts';

const throttleMs = 60_000;
const deadlineMs = 1000;

function setUp(sinks: AlertSink[], maxPending = 4) {
  const clock = createFakeClock();
  const log = createTestLog();
  return { clock, log, alerts: createAlerts({ sinks, clock, log, throttleMs, deadlineMs, maxPending }) };
}

function createSink(send: AlertSink['send'] = async () => {}) {
  const got: Alert[] = [];
  const sink: AlertSink = {
    name: 'test',
    send: (alert, signal) => {
      got.push(alert);
      return send(alert, signal);
    },
  };
  return { sink, got, states: () => got.map(({ key, state, severity }) => `${key} ${severity} ${state}`) };
}

describe('throttle', () => {
  test('[X3] sends a beginning and an end at once, and what lasts once in its throttle', async () => {
    const [one, other] = [createSink(), createSink()];
    const { clock, alerts } = setUp([one.sink, other.sink]);
    for (let seconds = 0; seconds < 90; seconds += 1) {
      alerts.raise('level', 'critical', `for ${seconds} s`, { pressure: 0.9 });
      await clock.advanceAsync(1000);
    }
    expect(one.got.map(({ message }) => message)).toEqual(['for 0 s', 'for 60 s']);
    alerts.resolve('level', 'normal again');
    alerts.resolve('level');
    await clock.advanceAsync(0);
    expect(one.got.map(({ state, message }) => `${state}: ${message}`)).toEqual([
      'firing: for 0 s',
      'firing: for 60 s',
      'resolved: normal again',
    ]);
    expect(other.got).toEqual(one.got);
    expect(alerts.firing()).toEqual([]);
    expect(alerts.recent()).toEqual(one.got);
  });

  test('[X3] tells each key by itself, and at once what becomes worse', async () => {
    const { sink, states } = createSink();
    const { clock, alerts } = setUp([sink]);
    alerts.raise('level', 'warning', 'short', {});
    alerts.raise('leak', 'warning', 'rising', {});
    alerts.raise('level', 'emergency', 'shorter', {});
    alerts.raise('level', 'critical', 'less short', {});
    await clock.advanceAsync(0);
    expect(states()).toEqual(['level warning firing', 'leak warning firing', 'level emergency firing']);
    expect(alerts.firing().map(({ key, message }) => `${key} ${message}`)).toEqual(['level less short', 'leak rising']);
  });

  test('[X3] begins again after it was over, however soon', async () => {
    const { sink, states } = createSink();
    const { clock, alerts } = setUp([sink]);
    for (let round = 0; round < 2; round += 1) {
      alerts.raise('level', 'warning', 'short', {});
      await clock.advanceAsync(1);
      alerts.resolve('level');
      await clock.advanceAsync(1);
    }
    expect(states()).toEqual([
      'level warning firing',
      'level warning resolved',
      'level warning firing',
      'level warning resolved',
    ]);
  });

  test('bounds what it remembers', async () => {
    const { sink } = createSink();
    const { clock, alerts, log } = setUp([sink]);
    for (let key = 0; key < 200; key += 1) alerts.raise(`k${key}`, 'warning', '', {});
    await clock.advanceAsync(0);
    expect(alerts.firing()).toHaveLength(100);
    expect(alerts.recent()).toHaveLength(50);
    expect(log.messages()).toContain('an alert was not raised: too many are');
  });
});

describe('sinks that fail', () => {
  test('[X4] one that throws, rejects or hangs hurts no other, and is logged', async () => {
    const good = createSink();
    const throws = createSink(() => {
      throw new Error('thrown');
    });
    const rejects = createSink(() => Promise.reject(new Error('rejected')));
    const hangs = createSink(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
    );
    const { clock, log, alerts } = setUp([throws.sink, rejects.sink, hangs.sink, good.sink]);
    alerts.raise('level', 'critical', 'short', {});
    await clock.advanceAsync(10);
    expect(log.lines.map(({ fields }) => fields.reason)).toEqual(['thrown', 'rejected']);
    alerts.resolve('level');
    await clock.advanceAsync(deadlineMs - 11);
    expect(good.states()).toEqual(['level critical firing', 'level critical resolved']);
    expect(hangs.states()).toEqual(['level critical firing']);
    await clock.advanceAsync(1);
    expect(log.messages()).toContain('an alert sink hangs; its send is given up');
    expect(hangs.states()).toEqual(good.states());
  });

  test('[X4] at most maxPending sends are under way, also where sinks ignore their signal', async () => {
    const ignores = createSink(() => new Promise(() => {}));
    const { clock, log, alerts } = setUp([ignores.sink], 2);
    for (let key = 0; key < 10; key += 1) {
      alerts.raise(`k${key}`, 'warning', '', {});
      await clock.advanceAsync(deadlineMs);
    }
    expect(ignores.got).toHaveLength(1);
    expect(log.messages().filter((message) => message.includes('dropped'))).toHaveLength(7);
    expect(() => setUp([ignores.sink, ignores.sink, ignores.sink], 2)).toThrow(RangeError);
  });

  test('[X4] what waits is the newest of each key; an end is dropped after all beginnings', async () => {
    let release = () => {};
    const slow = createSink(({ key }) =>
      key === 'first' ? new Promise<void>((done) => (release = done)) : Promise.resolve(),
    );
    const { clock, alerts } = setUp([slow.sink], 2);
    alerts.raise('first', 'warning', '', {});
    alerts.raise('a', 'warning', '', {});
    alerts.resolve('a');
    alerts.raise('b', 'warning', '', {});
    alerts.raise('c', 'warning', '', {});
    release();
    await clock.advanceAsync(0);
    expect(slow.states()).toEqual(['first warning firing', 'a warning resolved', 'c warning firing']);
  });

  test('sends nothing more once closed', async () => {
    let isAborted = false;
    const hangs = createSink(async (_, signal) => signal.addEventListener('abort', () => (isAborted = true)));
    const { clock, alerts } = setUp([hangs.sink]);
    alerts.raise('level', 'warning', '', {});
    alerts.close();
    alerts.raise('other', 'warning', '', {});
    alerts.resolve('level');
    await clock.advanceAsync(deadlineMs);
    expect(isAborted).toBe(true);
    expect(hangs.got).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
