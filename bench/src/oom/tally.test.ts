import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTally } from './tally.ts';

test('outcomes are counted by name, and times of what was served are kept', () => {
  const tally = createTally(60_000);
  const first = tally.begin('slice');
  tally.begin('slice')('refused');
  expect(tally.outstanding).toBe(1);
  first('served');
  tally.begin('health')('failed');
  expect(tally.counts()).toEqual({
    slice: { served: 1, refused: 1, failed: 0, late: 0 },
    health: { served: 0, refused: 0, failed: 1, late: 0 },
  });
  expect(tally.total()).toEqual({ served: 1, refused: 1, failed: 1, late: 0 });
  expect(tally.latenciesMs).toHaveLength(1);
});

test('what has no answer by its deadline is late, whatever comes then', async () => {
  const tally = createTally(10);
  const settle = tally.begin('end');
  await sleep(50);
  settle('served');
  expect(tally.total()).toEqual({ served: 0, refused: 0, failed: 0, late: 1 });
  expect([tally.outstanding, tally.latenciesMs.length]).toEqual([0, 0]);
});

test('at the close, what has no answer is late', () => {
  const tally = createTally(60_000);
  tally.begin('slice');
  tally.begin('end')('served');
  tally.close();
  expect(tally.total()).toEqual({ served: 1, refused: 0, failed: 0, late: 1 });
});

test('counts given before are not changed by what comes later', () => {
  const tally = createTally(60_000);
  tally.begin('slice')('served');
  const { slice } = tally.counts();
  tally.begin('slice')('served');
  expect(slice?.served).toBe(1);
});
