import { expect, test } from 'vitest';
import { createFakeClock } from './fake-clock.ts';
import { createFakeSensors } from './fake-sensors.ts';

test('timers run at their own time, in order, those set meanwhile too', () => {
  const clock = createFakeClock(1000);
  const ran: [string, number][] = [];
  const note = (name: string) => void ran.push([name, clock.now()]);
  clock.after(30, () => note('late'));
  clock.after(10, () => {
    note('first');
    clock.after(5, () => note('from first'));
  });
  clock.after(10, () => note('second'));
  const cancelled = clock.after(20, () => note('cancelled'));
  cancelled.cancel();
  clock.advance(29);
  expect(ran).toEqual([
    ['first', 1010],
    ['second', 1010],
    ['from first', 1015],
  ]);
  expect(clock.now()).toBe(1029);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  expect(ran.at(-1)).toEqual(['late', 1030]);
});

test('promises settle between timers when the clock is advanced asynchronously', async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => clock.after(1, () => ran.push('after a promise'))));
  await clock.advanceAsync(2);
  expect(ran).toEqual(['after a promise']);
  expect(clock.now()).toBe(2);
});

test('a timer that sets itself again without delay is an error, not a hang', () => {
  const clock = createFakeClock();
  const again = () => void clock.after(0, again);
  again();
  expect(() => clock.advance(1)).toThrow('timers ran in one step');
});

test('fake sensors read what was set, fail when told to, and tell of collections', () => {
  const clock = createFakeClock(5);
  const sensors = createFakeSensors(clock);
  expect(sensors.readSignals()).toEqual({});
  sensors.setRatio(0.5, 'container', 200);
  expect(sensors.readSignals()).toEqual({ container: { usedBytes: 100, limitBytes: 200 } });
  sensors.setGauges({ rssBytes: 7 });
  expect(sensors.readGauges()).toMatchObject({ rssBytes: 7, externalBytes: 0, psi: null });

  const floors: number[][] = [];
  const stop = sensors.onMajorCollection((...floor) => void floors.push(floor));
  sensors.collect(11);
  stop();
  sensors.collect(12);
  expect(floors).toEqual([[11, 5]]);

  sensors.fail('signals', new Error('gone'));
  expect(() => sensors.readSignals()).toThrow('gone');
  sensors.fail('signals', null);
  expect(sensors.readSignals()).toHaveProperty('container');
  expect(sensors.reads).toBe(4);
});
