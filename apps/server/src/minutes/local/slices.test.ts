import { describe, expect, it } from 'vitest';
import { inSlices, maxSliceMs } from './slices.ts';

function* busy(steps: number, stepMs: number): Generator<number, string> {
  for (let step = 0; step < steps; step += 1) {
    const until = performance.now() + stepMs;
    while (performance.now() < until);
    yield step / steps;
  }
  return 'done';
}

describe('work in slices', () => {
  it('lets others have their turn, and tells how far it is', async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const seen: number[] = [];
    expect(await inSlices(busy(20, maxSliceMs), { onProgress: (progress) => seen.push(progress) })).toBe('done');
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(3);
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('stops between two slices', async () => {
    const stop = new AbortController();
    let seen = 0;
    const work = inSlices(busy(1000, maxSliceMs), {
      signal: stop.signal,
      onProgress: () => {
        seen += 1;
        if (seen === 3) stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toBe(3);
  });
});
