import { expect, it } from 'vitest';
import { createAudioFirst } from './audio-first.ts';

function start() {
  let now = 0;
  let busy = 0;
  const audioFirst = createAudioFirst({ clock: { now: () => now, after: () => () => {} }, busyShare: () => busy });
  /** What a window of this busy share allows. */
  const pass = (share: number): number => {
    now += 100;
    busy = share;
    return audioFirst.left();
  };
  return { audioFirst, pass };
}

it('gives no more in a window than its allowance, and all of it again in the next', () => {
  const { audioFirst, pass } = start();
  const most = audioFirst.left();
  audioFirst.begun(most);
  expect(audioFirst.left()).toBe(0);
  expect(audioFirst.moreAt).toBe(100);
  expect(pass(0)).toBe(most);
});

it('begins fewer chunks while the process is busy, at least a few, and more again when it is not', () => {
  const { audioFirst, pass } = start();
  const most = pass(0);
  audioFirst.begun(100);
  expect(pass(1)).toBe(80);
  for (let window = 0; window < 50; window += 1) pass(1);
  expect(pass(1)).toBe(4);
  for (let window = 0; window < 50; window += 1) pass(0.5);
  expect(pass(0.5)).toBe(most);
});
