import { EventEmitter } from 'node:events';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Level, levels } from '../contracts.ts';
import { createFakeClock } from '../testing/index.ts';
import { createRequestClasses, type ClassOptions } from './index.ts';
import { Unended } from './unended.ts';

/** Ends when told: finished first and closed later, as responses are, or closed at once. */
class FakeResponse extends EventEmitter {
  closed = false;
  destroyed = false;
  writableFinished = false;

  finish() {
    this.writableFinished = true;
  }
  close() {
    if (this.closed) return;
    this.closed = true;
    this.emit('close');
  }
  get isOver() {
    return this.closed || this.writableFinished;
  }
}

function setUp(options: Partial<ClassOptions> = {}) {
  const clock = createFakeClock();
  let level: Level = 'normal';
  let asked = 0;
  const classes = createRequestClasses({
    clock,
    level: () => level,
    trust: () => {
      asked += 1;
      return 16;
    },
    readings: () => ({ level, pressure: 0.9, tightest: null, signals: {} }),
  });
  const one = classes.add('pages', {
    priority: 'normal',
    limits: { normal: 30, warning: 3, critical: 1, emergency: 0 },
    maxQueued: 2,
    queueDeadlineMs: 100,
    ...options,
  });
  return {
    clock,
    classes,
    one,
    asked: () => asked,
    setLevel(next: Level) {
      level = next;
      classes.onLevel();
    },
    hold() {
      const response = new FakeResponse();
      return one.tryHold(response) ? response : null;
    },
  };
}

const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

test('[P5] a response gives its place back by having ended, and has no listener while there is room', () => {
  const { one, hold } = setUp();
  for (let round = 0; round < 1000; round += 1) {
    const response = hold()!;
    expect(response.listenerCount('close')).toBe(0);
    if (round % 3 === 0) response.finish();
    else if (round % 3 === 1) response.close();
    else response.destroyed = true;
  }
  expect([one.inFlight, one.entered, one.stats().inFlight]).toEqual([0, 1000, 0]);
});

test('[P5] one that waits is let in when a response ends, each place once', async () => {
  const { one, hold, setLevel } = setUp();
  setLevel('critical');
  const response = hold()!;
  expect(hold()).toBeNull();
  expect(one.tryEnter()).toBeNull();
  const waiting = one.enter();
  response.close();
  const place = await waiting;
  response.emit('close');
  expect(one.inFlight).toBe(1);
  place.leave();
  expect(one.inFlight).toBe(0);
  expect(hold()).not.toBeNull();
});

test('[P4] [P6] a level that falls counts at once, however long the limit was trusted', () => {
  const { one, hold, setLevel, asked } = setUp();
  for (let taken = 0; taken < 5; taken += 1) hold();
  expect(asked()).toBe(1);
  setLevel('warning');
  expect(hold()).toBeNull();
  expect([one.limit, one.inFlight]).toEqual([3, 5]);
});

test('[P1] nobody passes by those that wait', async () => {
  const { one, hold, setLevel, clock } = setUp();
  setLevel('critical');
  const first = hold()!;
  const waiting = one.enter();
  first.finish();
  expect(hold()).toBeNull();
  first.close();
  (await waiting).leave();
  expect([one.inFlight, one.queued, clock.pending]).toEqual([0, 0, 0]);
});

test('[P6] [P5] the number of responses that have not ended is never above the limit at entry, nor is a place lost', async () => {
  const step = fc.record({
    do: fc.constantFrom('hold', 'hold', 'hold', 'enter', 'finish', 'close', 'close', 'level', 'sweep', 'wait'),
    index: fc.nat(20),
    level: fc.constantFrom(...levels),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
      const { one, classes, hold, setLevel, clock } = setUp({
        limits: { normal: 8, warning: 4, critical: 1, emergency: 0 },
      });
      const responses: FakeResponse[] = [];
      let places = 0;
      const least = () => responses.filter(({ isOver }) => !isOver).length + places;
      /** With those that have finished and will close: one that was listened to tells no sooner. */
      const most = () => responses.filter(({ closed }) => !closed).length + places;
      for (const { do: what, index, level } of steps) {
        if (what === 'hold') {
          const said = `${least()} to ${most()} of ${one.limit} were in`;
          const mustWait = one.queued > 0 || least() >= one.limit;
          const mayEnter = one.queued === 0 && most() < one.limit;
          const response = hold();
          if (response !== null && mustWait) throw new Error(`${said}, and one more came`);
          if (response === null && mayEnter) throw new Error(`${said}, and one was kept out`);
          if (response !== null) responses.push(response);
        } else if (what === 'enter') {
          one
            .enter()
            .then((place) => {
              places += 1;
              setImmediate(() => {
                places -= 1;
                place.leave();
              });
            })
            .catch(() => {});
        } else if (what === 'finish') responses[index]?.finish();
        else if (what === 'close') responses[index]?.close();
        else if (what === 'level') setLevel(level);
        else if (what === 'sweep') classes.sweep();
        else clock.advance(index * 10);
        await settle();
        await settle();
      }
      for (const response of responses) response.close();
      setLevel('normal');
      clock.advance(200);
      await settle();
      await settle();
      if (one.inFlight !== 0 || one.queued !== 0 || clock.pending !== 0) throw new Error('something is left');
    }),
    { numRuns: 60 },
  );
});

test('ended responses are let go: a few more than have not ended are kept, and none after a sweep', () => {
  const unended = new Unended();
  const open = Array.from({ length: 40 }, () => new FakeResponse());
  for (const one of open) unended.add(one);
  let most = 0;
  for (let at = 0; at < 10_000; at += 1) {
    const one = new FakeResponse();
    unended.add(one);
    one.close();
    most = Math.max(most, unended.count);
  }
  expect(most).toBeLessThanOrEqual(40 + 32 + 1);
  unended.sweep();
  expect(unended.count).toBe(40);
  open[7]!.finish();
  expect(unended.take()).toHaveLength(39);
  expect(unended.count).toBe(0);
});
