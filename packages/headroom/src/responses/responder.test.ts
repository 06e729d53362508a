import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Log, Response, Sample, Strengths } from '../contracts.ts';
import { createFakeClock } from '../testing/index.ts';
import type { Progress } from './action.ts';
import { createResponder, type ResponderOptions } from './responder.ts';

const full: Strengths = { warning: 1, critical: 1, emergency: 1 };

/** A responder whose level asks for `share` of full strength; `sample` is what the timer does. */
function build(options: Partial<ResponderOptions> = {}) {
  const clock = createFakeClock();
  const errors: object[] = [];
  const quiet = () => undefined;
  const log: Log = { debug: quiet, info: quiet, warn: quiet, error: (fields) => void errors.push(fields) };
  const progress: Progress[] = [];
  let share = 0;
  let usedBytes = 0;
  const responder = createResponder({
    clock,
    log,
    strength: ({ emergency }) => share * emergency,
    onProgress: (each) => void progress.push(each),
    ...options,
  });
  function sample(nextShare = share) {
    share = nextShare;
    const signals = { rss: { usedBytes, limitBytes: 1000 } };
    responder.onSample({
      atMs: clock.now(),
      signals,
      pressure: usedBytes / 1000,
      tightest: 'rss',
    } as unknown as Sample);
  }
  return {
    clock,
    responder,
    errors,
    progress,
    sample,
    use: (bytes: number) => void (usedBytes = bytes),
    /** Samples each quarter of a second for as long as told. */
    sampleFor(ms: number) {
      for (let untilMs = clock.now() + ms; clock.now() < untilMs;) {
        clock.advance(250);
        sample();
      }
    },
  };
}

/** A response that gives these bytes, step by step, and remembers what it was asked for. */
function recorded(name: string, steps: number[] = [], strengths = full) {
  const asked: number[] = [];
  const response: Response = {
    name,
    strengths,
    *apply(strength) {
      asked.push(strength);
      yield* steps;
    },
  };
  return { response, asked };
}

test('[R1] two responses with one name are refused; one that was taken out may come again', () => {
  const { responder } = build();
  const takeOut = responder.add(recorded('caches').response);
  expect(() => responder.add(recorded('caches').response)).toThrow('caches already');
  takeOut();
  takeOut();
  responder.add(recorded('caches').response);
  takeOut();
  expect(responder.states().map(({ name }) => name)).toEqual(['caches']);
});

test('[R2] the work of all runs in slices as long as told, with a turn between', () => {
  let workMs = 0;
  const clock = createFakeClock();
  const turns = { now: clock.now, after: (delayMs: number, run: () => void) => clock.after(delayMs + 1, run) };
  const { responder, sample, progress } = build({ clock: turns, preciseNow: () => workMs, sliceMs: 3 });
  const slow = (name: string): Response => ({
    name,
    strengths: full,
    *apply() {
      for (let step = 0; step < 10; step += 1) {
        workMs += 1;
        yield 1;
      }
    },
  });
  responder.add(slow('one'));
  responder.add(slow('other'));
  sample(1);
  const slices = [workMs];
  while (clock.pending > 0) {
    const before = workMs;
    clock.advance(1);
    slices.push(workMs - before);
  }
  expect(Math.max(...slices)).toBe(3);
  expect(slices.reduce((sum, ms) => sum + ms, 0)).toBe(20);
  const steps = progress.filter(({ state }) => state === 'step');
  expect(steps.slice(0, 4).map(({ name }) => name)).toEqual(['one', 'other', 'one', 'other']);
});

test('[R3] the first response begins in the turn of the level that asks for it', () => {
  const { responder, sample } = build();
  const { response, asked } = recorded('first');
  responder.add(response);
  sample();
  expect(asked).toEqual([]);
  sample(0.25);
  expect(asked).toEqual([0.25]);
});

test('[R4] recovery lowers strength by a quarter each two seconds, and is over after eight', () => {
  const { responder, sample, sampleFor, clock } = build();
  const { response, asked } = recorded('caches', [1]);
  responder.add(response);
  sample(1);
  sample(0);
  expect(asked).toEqual([1]);
  sampleFor(1750);
  expect(asked).toEqual([1]);
  sampleFor(250);
  expect(asked).toEqual([1, 0.75]);
  sampleFor(6000);
  expect(asked).toEqual([1, 0.75, 0.5, 0.25, 0]);
  sampleFor(60_000);
  expect(asked).toHaveLength(5);
  expect(clock.pending).toBe(0);
});

test('[R4] when pressure comes back strength is raised at once; recovery stops where a level asks for more', () => {
  const { responder, sample, sampleFor } = build();
  const { response, asked } = recorded('caches', [1]);
  responder.add(response);
  sample(1);
  sample(0.6);
  sampleFor(10_000);
  expect(asked.filter((strength, at) => strength !== asked[at - 1])).toEqual([1, 0.75, 0.6]);
  sample(0);
  sampleFor(2000);
  expect(asked.at(-1)).toBeCloseTo(0.35);
  sample(0.9);
  expect(asked.at(-1)).toBe(0.9);
});

test('[R5] ledger relief is what was let go by account, observed relief what a measurement has lost', () => {
  const { responder, sample, use } = build();
  responder.add(recorded('caches', [100, 50, Number.NaN, -7]).response);
  use(900);
  sample();
  expect(responder.relief).toEqual({ ledgerBytes: 0, observedBytes: 0 });
  sample(0.5);
  expect(responder.relief).toEqual({ ledgerBytes: 150, observedBytes: 0 });
  use(950);
  sample();
  use(700);
  sample();
  expect(responder.relief).toEqual({ ledgerBytes: 150, observedBytes: 250 });
});

test('[R5] a response ends by the ledger, also where the measurement stays as high', () => {
  const { responder, sample, use, progress } = build();
  responder.add(recorded('caches', [100]).response);
  use(990);
  sample(1);
  expect(progress.map(({ state, bytes }) => [state, bytes])).toEqual([['began', 0], ['step', 100], ['ended', 0]]); // prettier-ignore
});

test('[R6] one that throws is logged and told, and the others run; it is asked again, also to recover', () => {
  const { responder, sample, sampleFor, errors, progress } = build();
  let broken = true;
  const asked: number[] = [];
  responder.add({
    name: 'broken',
    strengths: full,
    *apply(strength) {
      asked.push(strength);
      yield 1;
      if (broken) throw new Error('no');
    },
  });
  const { response, asked: others } = recorded('sound', [5]);
  responder.add(response);
  sample(0.25);
  expect(errors).toEqual([expect.objectContaining({ response: 'broken', strength: 0.25 })]);
  expect(progress).toContainEqual({ name: 'broken', state: 'failed', strength: 0.25, bytes: 0 });
  expect(responder.states()).toMatchObject([{ failures: 1 }, { failures: 0 }]);
  expect(others).toEqual([0.25]);
  sample(0);
  sampleFor(2000);
  expect(asked.at(-1)).toBe(0);
  const before = asked.length;
  broken = false;
  sampleFor(10_000);
  expect(asked.slice(before)).toEqual([0]);
});

test('[R6] one that cannot begin is a failure like any other', () => {
  const { responder, sample, errors } = build();
  responder.add({ name: 'no list', strengths: full, apply: () => undefined as unknown as Iterable<number> });
  sample(1);
  expect(errors).toHaveLength(1);
});

test('[R6] without progress it is asked again with growing pauses; progress ends them', () => {
  const { responder, sample, sampleFor, clock } = build();
  const times: number[] = [];
  const steps: number[] = [];
  responder.add({
    name: 'stuck',
    strengths: full,
    *apply() {
      times.push(clock.now());
      yield* steps;
    },
  });
  sample(1);
  sampleFor(200_000);
  const pauses = (list: number[]) => list.slice(1).map((atMs, at) => atMs - list[at]!);
  expect(pauses(times)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  steps.push(10);
  sampleFor(60_000);
  expect(pauses(times).at(-1)).toBe(1000);
});

test('[R6] small rises of the level do not end the pause of one that is stuck', () => {
  const { responder, sample, clock } = build();
  const { response, asked } = recorded('stuck');
  responder.add(response);
  for (let share = 0.25; share < 0.45; share += 0.01) {
    clock.advance(100);
    sample(share);
  }
  expect(asked.length).toBeLessThan(5);
  sample(0.9);
  expect(asked.at(-1)).toBe(0.9);
});

test('[R6] work without end that lets nothing go is ended', () => {
  const { responder, sample, clock } = build();
  responder.add({
    name: 'endless',
    strengths: full,
    *apply() {
      for (;;) yield 0;
    },
  });
  sample(1);
  expect(responder.states()).toMatchObject([{ isWorking: false }]);
  expect(clock.pending).toBe(0);
});

test('[R4] whatever levels ask for, when it is nothing all are at nothing eight seconds later', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (shares) => {
      const { responder, sample, sampleFor } = build();
      const { response, asked } = recorded('caches', [1]);
      responder.add(response);
      for (const share of shares) {
        sample(share);
        sampleFor(250);
      }
      sample(0);
      sampleFor(8000);
      expect(responder.states()).toMatchObject([{ strength: 0, isWorking: false }]);
      expect(asked.at(-1) ?? 0).toBe(0);
    }),
  );
});

test('after stop nothing is done and nothing is scheduled', () => {
  let workMs = 0;
  const { responder, sample, clock } = build({ preciseNow: () => (workMs += 10) });
  const { response, asked } = recorded('caches', [1, 1, 1, 1]);
  responder.add(response);
  sample(0.5);
  expect(clock.pending).toBe(1);
  responder.stop();
  expect(clock.pending).toBe(0);
  sample(1);
  expect(asked).toEqual([0.5]);
});
