import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Level, levels } from '../contracts.ts';
import { MemoryPressureError, type PressureReadings } from '../pressure-error.ts';
import { createFakeClock } from '../testing/index.ts';
import { createRequestClasses, type Place, type ClassOptions } from './index.ts';

const limits = { normal: 3, warning: 2, critical: 1, emergency: 0 };

function setUp() {
  const clock = createFakeClock();
  let level: Level = 'normal';
  const readings = (): PressureReadings => ({ level, pressure: 0.9, tightest: null, signals: {} });
  const classes = createRequestClasses({ clock, level: () => level, readings });
  const add = (name: string, options: Partial<ClassOptions> = {}) =>
    classes.add(name, { priority: 'normal', limits, maxQueued: 2, queueDeadlineMs: 100, ...options });
  function setLevel(next: Level, isTold = true) {
    level = next;
    if (isTold) classes.onLevel();
  }
  return { clock, classes, add, setLevel };
}

const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));
const caught = (promise: Promise<unknown>) => promise.then(() => null).catch((error: unknown) => error);

/** Places as they come, in order. */
function collect(promises: Promise<Place>[]) {
  const came: number[] = [];
  for (const [index, promise] of promises.entries()) void promise.then(() => came.push(index)).catch(() => {});
  return came;
}

test('[P1] beyond the limit requests wait in order, at most so many and so long', async () => {
  const { clock, add } = setUp();
  const one = add('pages');
  const places = [one.tryEnter(), one.tryEnter(), one.tryEnter()];
  expect(one.tryEnter()).toBeNull();
  const waiting = [one.enter(), one.enter()];
  const came = collect(waiting);
  await expect(one.enter()).rejects.toThrow('queue is full');
  expect([one.inFlight, one.queued, one.rejected]).toEqual([3, 2, 1]);
  places[1]!.leave();
  expect(one.tryEnter()).toBeNull();
  await settle();
  expect(came).toEqual([0]);
  const late = caught(waiting[1]!);
  clock.advance(99);
  expect(one.queued).toBe(1);
  clock.advance(1);
  expect(await late).toBeInstanceOf(MemoryPressureError);
  expect([one.queued, one.rejected, clock.pending]).toEqual([0, 2, 0]);
});

test('[P2] a refusal is 429 where only the class is busy at normal, 503 where memory is short', async () => {
  const { clock, add, setLevel } = setUp();
  const one = add('pages', { maxQueued: 0 });
  for (let index = 0; index < 3; index += 1) one.tryEnter();
  expect(await caught(one.enter())).toMatchObject({ code: 'BUSY', statusCode: 429, retryAfterMs: 2000 });
  setLevel('warning');
  expect(await caught(one.enter())).toMatchObject({
    code: 'MEMORY_PRESSURE',
    statusCode: 503,
    retryAfterMs: 2000,
    readings: { level: 'warning' },
  });
  const two = add('jobs', { limits: { ...limits, warning: 0 } });
  const late = caught(two.enter());
  clock.advance(100);
  expect(await late).toMatchObject({ statusCode: 503 });
  expect(one.stats()).toMatchObject({ refusedForMemory: 1, refusedAsBusy: 1 });
});

test('[P3] a critical class is never refused for memory', async () => {
  const { add, setLevel } = setUp();
  const free = add('slices', { priority: 'critical' });
  const unlimited = add('health', { priority: 'critical', limits: undefined as never });
  setLevel('emergency');
  for (let index = 0; index < 3; index += 1) expect(free.tryEnter()).not.toBeNull();
  for (let index = 0; index < 1000; index += 1) expect(unlimited.tryEnter()).not.toBeNull();
  void free.enter();
  void free.enter();
  expect(await caught(free.enter())).toMatchObject({ statusCode: 429 });
  expect(() => add('none', { limits: undefined as never })).toThrow('no limits');
});

test('[P4] a falling limit ends nothing and lets nobody in until it fits; a rising one lets in who waits, in order', async () => {
  const { add, setLevel } = setUp();
  const one = add('pages', { maxQueued: 9 });
  const places = [one.tryEnter(), one.tryEnter(), one.tryEnter()];
  setLevel('critical');
  expect(one.inFlight).toBe(3);
  const came = collect([one.enter(), one.enter(), one.enter()]);
  places[0]!.leave();
  places[1]!.leave();
  await settle();
  expect(came).toEqual([]);
  setLevel('warning', false);
  expect(one.tryEnter()).toBeNull();
  setLevel('warning');
  await settle();
  expect(came).toEqual([0]);
  setLevel('normal');
  await settle();
  expect(came).toEqual([0, 1]);
  places[2]!.leave();
  await settle();
  expect(came).toEqual([0, 1, 2]);
});

test('[P5] a place is given back once, also when its holder throws or its client goes away', async () => {
  const { clock, add } = setUp();
  const one = add('pages', { limits: { ...limits, normal: 1 } });
  const place = one.tryEnter()!;
  const leaving = new AbortController();
  const left = caught(one.enter(leaving.signal));
  const runs: string[] = [];
  const run = one.run(async () => {
    runs.push('second');
    throw new Error('of the request');
  });
  leaving.abort(new Error('gone'));
  expect(await left).toMatchObject({ message: 'gone' });
  expect([one.queued, one.stats().gaveUp, one.rejected]).toEqual([1, 1, 0]);
  place.leave();
  place.leave();
  expect(one.inFlight).toBe(1);
  await expect(run).rejects.toThrow('of the request');
  expect([one.inFlight, clock.pending]).toEqual([0, 0]);
  await expect(one.enter(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  expect(await one.run(() => 'done')).toBe('done');

  // Aborted in the turn in which its place came free: nothing runs, and the place is back.
  const held = one.tryEnter()!;
  const tooLate = new AbortController();
  const unlucky = caught(one.run(() => runs.push('never'), tooLate.signal));
  held.leave();
  tooLate.abort(new Error('too late'));
  expect(await unlucky).toMatchObject({ message: 'too late' });
  expect([runs, one.inFlight]).toEqual([['second'], 0]);
});

test('[P6] [P1] in flight is never above the limit when one enters, whatever the order of events', async () => {
  const step = fc.record({
    do: fc.constantFrom('enter', 'enter', 'try', 'leave', 'leave', 'abort', 'wait', 'level'),
    index: fc.nat(12),
    level: fc.constantFrom(...levels),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
      const { clock, add, setLevel } = setUp();
      const one = add('pages', { maxQueued: 4 });
      const places: Place[] = [];
      const aborts: AbortController[] = [];
      let asked = 0;
      let ended = 0;
      let before = { entered: 0, inFlight: 0 };
      for (const { do: what, index, level } of steps) {
        if (what === 'enter') {
          const abort = new AbortController();
          aborts.push(abort);
          asked += 1;
          void one
            .enter(abort.signal)
            .then((place) => places.push(place))
            .catch(() => void (ended += 1));
        } else if (what === 'try') {
          const place = one.tryEnter();
          if (place !== null) {
            places.push(place);
            asked += 1;
          }
        } else if (what === 'leave') {
          places[index]?.leave();
        } else if (what === 'abort') aborts[index]?.abort(new Error('left'));
        else if (what === 'wait') clock.advance(index * 10);
        else setLevel(level);
        const { entered, inFlight, limit, queued } = one;
        if (entered > before.entered && inFlight > limit) throw new Error(`${inFlight} are in, of ${limit}`);
        if (queued > 4 || inFlight < 0) throw new Error(`${queued} wait, ${inFlight} are in`);
        if (queued > 0 && inFlight < limit) throw new Error('one waits beside a free place');
        before = { entered, inFlight };
        await settle();
      }
      clock.advance(200);
      setLevel('normal');
      await settle();
      for (const place of places) place.leave();
      await settle();
      for (const place of places) place.leave();
      if (one.inFlight !== 0 || one.queued !== 0 || clock.pending !== 0) throw new Error('something is left');
      if (places.length + ended !== asked)
        throw new Error(`${asked} asked, ${places.length} came in, ${ended} did not`);
    }),
    { numRuns: 60 },
  );
});

test('classes let in by priority when limits rise; nonsense is refused when they are made', async () => {
  const { classes, add, setLevel } = setUp();
  setLevel('emergency');
  const order: string[] = [];
  for (const priority of ['background', 'normal'] as const) {
    void add(priority, { priority }).run(() => order.push(priority));
  }
  await settle();
  setLevel('normal');
  await settle();
  expect(order).toEqual(['normal', 'background']);
  expect(classes.stats().map(({ name, entered }) => [name, entered])).toEqual([
    ['background', 1],
    ['normal', 1],
  ]);
  expect(() => add('normal')).toThrow('normal');
  expect(() => add('other', { limits: { ...limits, critical: -1 } })).toThrow(RangeError);
});
