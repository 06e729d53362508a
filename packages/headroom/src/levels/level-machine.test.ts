import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { levels, type Level } from '../contracts.ts';
import { createLevelMachine, defaultLevelOptions, type LevelMachine } from './level-machine.ts';

const stepMs = 250;
const dwellMs = defaultLevelOptions.dwellMs;

/** Pushes pressures a step apart, and says the level after each. */
function drive(machine: LevelMachine) {
  let atMs = 0;
  return (...pressures: number[]): Level[] =>
    pressures.map((pressure) => {
      machine.push(pressure, (atMs += stepMs));
      return machine.level;
    });
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const dwellSamples = dwellMs / stepMs + 1;

describe('entering', () => {
  test('[L1] two samples in a row enter warning and critical, one enters emergency', () => {
    const push = drive(createLevelMachine());
    expect(push(0.7, 0.7)).toEqual(['normal', 'warning']);
    expect(push(0.85, 0.85)).toEqual(['warning', 'critical']);
    expect(push(0.95)).toEqual(['emergency']);
  });

  test('[L1] a level is entered from any lower one; samples that alternate confirm what both reach', () => {
    expect(drive(createLevelMachine())(0.96)).toEqual(['emergency']);
    expect(drive(createLevelMachine())(0.9, 0.9)).toEqual(['normal', 'critical']);
    expect(drive(createLevelMachine())(0.9, 0.75)).toEqual(['normal', 'warning']);
    expect(drive(createLevelMachine())(0.9, 0.6, 0.9, 0.6)).toEqual(times(4, 'normal'));
  });

  test('[L1] just below a threshold nothing is entered', () => {
    expect(drive(createLevelMachine())(...times(50, 0.6999))).toEqual(times(50, 'normal'));
  });
});

describe('leaving', () => {
  test('[L2] critical is left below 0.80 for the dwell; exactly 0.80 stays', () => {
    const machine = createLevelMachine();
    const push = drive(machine);
    push(0.85, 0.85);
    expect(push(...times(200, 0.8)).at(-1)).toBe('critical');
    expect(push(...times(dwellSamples - 1, 0.7999)).at(-1)).toBe('critical');
    expect(push(0.7999)).toEqual(['warning']);
  });

  test('[L2] one sample at the edge begins the dwell anew', () => {
    const push = drive(createLevelMachine());
    push(0.85, 0.85);
    push(...times(dwellSamples - 1, 0.5), 0.8);
    expect(push(...times(dwellSamples - 1, 0.5)).at(-1)).toBe('critical');
    expect(push(0.5)).toEqual(['warning']);
  });

  test('[L2] however long the pause, two samples confirm', () => {
    const machine = createLevelMachine();
    machine.push(0.75, 0);
    machine.push(0.75, 1);
    machine.push(0, 1e6);
    expect(machine.level).toBe('warning');
    machine.push(0, 2e6);
    expect(machine.level).toBe('normal');
  });

  test('[L2] one level is left at a time, each after a dwell of its own', () => {
    const push = drive(createLevelMachine());
    push(0.99);
    const seen = push(...times(3 * dwellSamples, 0));
    const changes = seen.map((level, at) => [level, at] as const).filter(([level], at) => level !== seen[at - 1]);
    const step = dwellSamples - 1;
    expect(changes).toEqual([['emergency', 0], ['critical', step], ['warning', 2 * step], ['normal', 3 * step]]); // prettier-ignore
  });
});

describe('whatever the readings', () => {
  const pressures = fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { maxLength: 200 });

  test('[L3] within the band nothing changes, however long', () => {
    const bands = { warning: [0.65, 0.7], critical: [0.8, 0.85], emergency: [0.9, 0.95] } as const;
    const within = (low: number, high: number) =>
      fc.array(fc.double({ min: low, max: high, maxExcluded: true, noNaN: true }), { maxLength: 300 });
    for (const [level, [low, high]] of Object.entries(bands)) {
      fc.assert(
        fc.property(within(low, high), (inside) => {
          const machine = createLevelMachine();
          const push = drive(machine);
          push(high, high);
          expect(machine.level).toBe(level);
          expect(push(...inside)).toEqual(inside.map(() => level));
        }),
      );
    }
  });

  test('[L4] what falls to nothing ends normal in three dwells and the samples that confirm', () => {
    fc.assert(
      fc.property(pressures, (before) => {
        const machine = createLevelMachine();
        const push = drive(machine);
        push(...before);
        expect(push(...times(3 * (dwellMs / stepMs) + 2, 0)).at(-1)).toBe('normal');
      }),
    );
  });

  test('[L5] the generation counts the changes, and no change goes down by more than one level', () => {
    fc.assert(
      fc.property(pressures, (all) => {
        const machine = createLevelMachine({ dwellMs: 500 });
        let atMs = 0;
        for (const pressure of all) {
          const { generation, level } = machine;
          const changed = machine.push(pressure, (atMs += stepMs));
          expect(changed).toBe(machine.level !== level);
          expect(machine.generation).toBe(generation + (changed ? 1 : 0));
          expect(levels.indexOf(level) - levels.indexOf(machine.level)).toBeLessThanOrEqual(1);
          expect(changed ? machine.previous : level).toBe(level);
        }
      }),
    );
  });

  test('[L7] strength rises in a straight line, and never falls before the level is left', () => {
    fc.assert(
      fc.property(pressures, (all) => {
        const machine = createLevelMachine({ dwellMs: 500 });
        const strengths = { warning: 0.25, critical: 0.5, emergency: 1 };
        let atMs = 0;
        for (const pressure of all) {
          const before = machine.strength(strengths);
          const changed = machine.push(pressure, (atMs += stepMs));
          expect(changed || machine.strength(strengths) >= before).toBe(true);
        }
      }),
    );
  });
});

test('[L7] strength by level and pressure', () => {
  const machine = createLevelMachine();
  const push = drive(machine);
  const strengths = { warning: 0.2, critical: 0.5, emergency: 0.9 };
  const strength = () => machine.strength(strengths);
  expect(strength()).toBe(0);
  push(0.7, 0.7);
  expect(strength()).toBeCloseTo(0.2);
  push(0.775);
  expect(strength()).toBeCloseTo(0.35);
  push(0.71);
  expect(strength()).toBeCloseTo(0.35);
  push(0.9, 0.9);
  expect(strength()).toBeCloseTo(0.7);
  push(1.5);
  expect(strength()).toBeCloseTo(0.9);
  push(...times(dwellSamples, 0.6));
  expect(machine.level).toBe('critical');
  expect(strength()).toBeCloseTo(0.5);
});

test('[L6] thresholds that could not work are refused', () => {
  const made =
    (warning: number, critical: number, emergency: number, band = 0.05) =>
    () =>
      createLevelMachine({ thresholds: { warning, critical, emergency }, band });
  expect(made(0.7, 0.75, 0.8)).not.toThrow();
  expect(made(0.75, 0.8, 0.85)).not.toThrow();
  expect(made(0.7, 0.7, 0.9)).toThrow(RangeError);
  expect(made(0.8, 0.7, 0.9)).toThrow(RangeError);
  expect(made(0.7, 0.74, 0.9)).toThrow('must each rise');
  expect(made(0.04, 0.5, 0.9)).toThrow('must each rise');
  expect(made(0.7, 0.85, 0.95, 0.15)).toThrow('must each rise');
  expect(made(0.7, 0.85, 0.95, 0.04)).toThrow('band');
  expect(made(0.7, 0.85, Number.NaN)).toThrow(RangeError);
  expect(made(0.7, 0.85, Number.POSITIVE_INFINITY)).toThrow('finite');
  expect(() => createLevelMachine({ dwellMs: -1 })).toThrow('dwellMs');
  expect(() => createLevelMachine({ confirmSamples: 0 })).toThrow('confirmSamples');
});

test('a pressure that is no number changes nothing', () => {
  const machine = createLevelMachine({ dwellMs: 0 });
  drive(machine)(0.95, Number.NaN, Number.NaN, Number.NaN);
  expect(machine.level).toBe('emergency');
});
