import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startBackground, type BackgroundOptions } from './background.ts';
import type { Answer } from './http-client.ts';
import { createTally } from './tally.ts';

const history = { meetingIds: ['a'], withAudio: ['a'], words: ['word'] };

/** A server that answers when it is told to. */
function setUp(options: Pick<BackgroundOptions, 'rate' | 'least'>) {
  const asked: ((answer: Answer) => void)[] = [];
  const http = { ask: () => new Promise<Answer>((resolve) => asked.push(resolve)), close: () => {} };
  const tally = createTally(60_000);
  const load = startBackground({ http, tally, history, maxOutstanding: () => 3, ...options });
  onTestFinished(() => {
    load.stop();
    tally.close();
  });
  const answer = () => asked.splice(0).forEach((resolve) => resolve({ outcome: 'refused', status: 503, text: '' }));
  return { load, tally, answer };
}

test('what is to be sent in any case is sent later where too many wait, and no more than that', async () => {
  const { load, tally, answer } = setUp({ rate: () => 0, least: () => 7 });
  await expect.poll(() => tally.begun).toBe(3);
  await sleep(150);
  expect(tally.begun).toBe(3);
  answer();
  await expect.poll(() => tally.begun).toBe(6);
  answer();
  await expect.poll(() => tally.begun).toBe(7);
  answer();
  await sleep(150);
  expect([tally.begun, tally.outstanding, load.unsent]).toEqual([7, 0, 0]);
});

test('what is due by the rate while too many wait is counted, and not made up for', async () => {
  let rate = 1000;
  const { load, tally, answer } = setUp({ rate: () => rate, least: () => 0 });
  await expect.poll(() => load.unsent).toBeGreaterThan(50);
  rate = 0;
  await sleep(150);
  expect(tally.begun).toBe(3);
  answer();
  await sleep(150);
  expect(tally.begun).toBe(3);
});
