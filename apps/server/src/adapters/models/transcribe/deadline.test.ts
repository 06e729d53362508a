import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';

const forever = () => new Promise<never>(() => {});

describe('withDeadline', () => {
  it('gives back what the call does, and leaves no listener behind', async () => {
    const stop = new AbortController();
    expect(await withDeadline({ timeoutMs: 1000, stops: [stop.signal] }, async () => 'done')).toBe('done');
    await expect(withDeadline({ stops: [stop.signal] }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('ends with any of its signals, the call told or not', async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    let told: AbortSignal | undefined;
    const call = withDeadline({ stops: [one.signal, other.signal] }, (signal) => {
      told = signal;
      return forever();
    });
    other.abort();
    await expect(call).rejects.toThrow(/abort/i);
    expect(told?.aborted).toBe(true);
    expect(getEventListeners(one.signal, 'abort')).toEqual([]);
  });

  it('does not call at all after an abort', async () => {
    let called = false;
    const call = withDeadline({ stops: [AbortSignal.abort()] }, async () => {
      called = true;
    });
    await expect(call).rejects.toThrow(/abort/i);
    expect(called).toBe(false);
  });

  it('ends with a TimeoutError', async () => {
    await expect(withDeadline({ timeoutMs: 5, stops: [] }, forever)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
