import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the event loop may be kept at a stretch; a step between two yields must stay well below it. */
export const maxSliceMs = 3;

/**
 * Runs long work in slices, so that the event loop turns in between. The work yields how far it is (0 to 1), often.
 * Rejects with the signal's reason once that is aborted.
 */
export async function inSlices<T>(
  work: Generator<number, T>,
  {
    signal,
    onProgress,
  }: { signal?: AbortSignal | undefined; onProgress?: ((progress: number) => void) | undefined } = {},
): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    const until = performance.now() + maxSliceMs;
    let step = work.next();
    while (!step.done && performance.now() < until) step = work.next();
    if (step.done) return step.value;
    onProgress?.(step.value);
    await nextTurn();
  }
}

/** Passes a stage's progress on as the share [from, to] of the whole. */
export function* stage<T>(work: Generator<number, T>, from: number, to: number): Generator<number, T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    yield from + (to - from) * step.value;
  }
}
