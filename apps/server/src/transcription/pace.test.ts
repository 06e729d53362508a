import { describe, expect, it } from 'vitest';
import { defaultLimits } from './limits.ts';
import { createPace } from './pace.ts';
import { createTestClock } from './testing.ts';

const nothing = async () => {};

function open(concurrency = { start: 3, max: 3 }) {
  const clock = createTestClock();
  return { clock, pace: createPace({ concurrency }, { clock, limits: defaultLimits }) };
}

const outage = { kind: 'unavailable', message: 'down', retryAfterMs: undefined } as const;

describe('createPace', () => {
  it('lets as many calls begin as there are slots', () => {
    const { pace } = open();
    const calls = [pace.begin(), pace.begin(), pace.begin()];
    expect(pace.free()).toBe(0);
    calls[0]!.answered(100);
    calls[1]!.ended({ alive: false });
    expect(pace.free()).toBe(2);
    calls[1]!.ended({ alive: false });
    expect(pace.free()).toBe(2);
  });

  it('rests twice as long each time, up to a minute, with one probe between', async () => {
    const { clock, pace } = open();
    const rests: number[] = [];
    for (let probe = 0; probe < 9; probe += 1) {
      const call = pace.begin();
      expect(probe === 0 || pace.free() === 0).toBe(true);
      call.pushedBack(outage);
      expect(pace.free()).toBe(0);
      const rest = pace.pause!.resumesAt - clock.now();
      rests.push(rest / 1000);
      await clock.advance(rest, nothing);
      expect(pace.free()).toBe(1);
    }
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    pace.begin().answered(100);
    expect(pace.pause).toBeNull();
    expect(pace.free()).toBe(3);
    pace.begin().pushedBack(outage);
    expect(pace.pause!.resumesAt - clock.now()).toBe(1000);
  });

  it('counts calls that were under way when the pause began as one', async () => {
    const { clock, pace } = open();
    const calls = [pace.begin(), pace.begin(), pace.begin()];
    for (const call of calls) call.pushedBack(outage);
    expect(pace.pause!.resumesAt - clock.now()).toBe(1000);
  });

  it('waits for the longest that it was asked for, and for an hour at most', () => {
    const { clock, pace } = open();
    const calls = [pace.begin(), pace.begin(), pace.begin()];
    calls[0]!.pushedBack({ ...outage, retryAfterMs: 5000 });
    calls[1]!.pushedBack({ ...outage, retryAfterMs: 20_000 });
    calls[2]!.pushedBack({ ...outage, retryAfterMs: 10_000 });
    expect(pace.pause!.resumesAt - clock.now()).toBe(20_000);
    const other = open();
    other.pace.begin().pushedBack({ ...outage, kind: 'quota', retryAfterMs: 90_000_000 });
    expect(other.pace.pause!.resumesAt - other.clock.now()).toBe(3_600_000);
  });

  it('takes a probe that is rejected for a sign of life, and one that fails for none', async () => {
    const { clock, pace } = open();
    pace.begin().pushedBack(outage);
    await clock.advance(1000, nothing);
    pace.begin().ended({ alive: false });
    expect(pace.free()).toBe(1);
    pace.begin().ended({ alive: true });
    expect(pace.free()).toBe(3);
  });

  it('takes fewer at once after a refusal', () => {
    const { pace } = open({ start: 8, max: 64 });
    const calls = Array.from({ length: 8 }, () => pace.begin());
    calls[7]!.pushedBack({ kind: 'rate-limited', message: '429', retryAfterMs: undefined });
    expect(pace.limit).toBeLessThan(8);
  });
});
