import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Level } from '@hansard/headroom';
import { memoryHistory } from '@hansard/protocol';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openHistory } from './history.ts';

const hour = 3_600_000;
/** At the beginning of a step of every length. */
const begin = Math.ceil(Date.UTC(2026, 2, 4) / (30 * 60_000)) * 30 * 60_000;

async function start() {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-history-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const clock = { at: begin };
  const openOne = () => openHistory({ dir, log: pino({ level: 'silent' }), now: () => clock.at });
  return { clock, openOne };
}

const sample = (ratio: number) => ({ signals: { rss: { usedBytes: ratio * 1024 ** 3, limitBytes: 1024 ** 3 } } });

const defined = (column: readonly (number | null)[] | undefined) =>
  [...(column ?? []).entries()].filter(([, value]) => value !== null);

describe('the course of memory', () => {
  test('has the highest of each step, in columns that the wire’s schema takes', async () => {
    const { clock, openOne } = await start();
    const history = await openOne();
    for (const [ratio, level] of [
      [0.2, 'normal'],
      [0.86, 'critical'],
      [0.3, 'warning'],
    ] as [number, Level][]) {
      history.observe(sample(ratio), level, Math.round(ratio * 10));
      clock.at += 250;
    }
    clock.at += 20_000;
    history.observe(sample(0.4), 'normal', 0);
    for (const [range, steps, stepMs] of [
      ['minutes', 300, 1000],
      ['hour', 360, 10_000],
      ['day', 1440, 60_000],
      ['month', 1440, 1_800_000],
    ] as const) {
      const read = memoryHistory.parse(await history.read(range));
      expect(read).toMatchObject({ range, stepMs });
      expect(read.from + steps * stepMs).toBeGreaterThan(clock.at);
      expect(read.from + (steps - 1) * stepMs).toBeLessThanOrEqual(clock.at);
      expect(read.signals.map(({ name }) => name)).toEqual(['rss']);
      for (const column of [read.level, read.activeMeetings, read.signals[0]!.ratio, read.signals[0]!.usedBytes]) {
        expect(column).toHaveLength(steps);
      }
      const [first, ...rest] = defined(read.signals[0]!.ratio).map(([, ratio]) => ratio);
      expect(first).toBe(0.86);
      expect(rest).toEqual(stepMs < 60_000 ? [0.4] : []);
      expect(Math.max(...defined(read.level).map(([, level]) => level!))).toBe(2);
      expect(Math.max(...defined(read.activeMeetings).map(([, count]) => count!))).toBe(9);
    }
    await history.close();
  });

  test('has no gap where the process was held up for seconds, and one where it was away for longer', async () => {
    const { clock, openOne } = await start();
    const history = await openOne();
    for (const [afterMs, ratio] of [
      [0, 0.2],
      [4000, 0.5],
      [1000, 0.5],
      [8000, 0.3],
    ] as const) {
      clock.at += afterMs;
      history.observe(sample(ratio), 'normal', 1);
    }
    const { signals } = await history.read('minutes');
    const away = Array.from({ length: 7 }, () => null);
    expect(signals[0]!.ratio.slice(-14)).toEqual([0.2, 0.5, 0.5, 0.5, 0.5, 0.5, ...away, 0.3]);
    await history.close();
  });

  test('goes on after a restart, with a gap where the server was away', async () => {
    const { clock, openOne } = await start();
    const first = await openOne();
    for (let at = 0; at < 10 * 60_000; at += 1000) {
      clock.at = begin + at;
      first.observe(sample(0.25), 'normal', 1);
    }
    await first.close();
    clock.at += 20 * 60_000;
    const second = await openOne();
    expect((await second.read('minutes')).signals).toEqual([]);
    second.observe(sample(0.5), 'normal', 2);
    const { signals, from, stepMs } = await second.read('hour');
    const seen = defined(signals[0]!.ratio).map(([index, ratio]) => [(from + index * stepMs - begin) / 60_000, ratio]);
    expect(seen).toHaveLength(61);
    expect(seen[0]).toEqual([0, 0.25]);
    expect(seen.at(-2)).toEqual([expect.closeTo(9.83, 1), 0.25]);
    expect(seen.at(-1)).toEqual([expect.closeTo(29.83, 1), 0.5]);
    await second.close();
  });

  test('takes up the step in which it was stopped', async () => {
    const { clock, openOne } = await start();
    const first = await openOne();
    first.observe(sample(0.9), 'critical', 7);
    await first.close();
    clock.at += 2000;
    const second = await openOne();
    second.observe(sample(0.1), 'normal', 0);
    for (const range of ['hour', 'day', 'month'] as const) {
      const { signals, level } = await second.read(range);
      expect(defined(signals[0]!.ratio).map(([, ratio]) => ratio)).toEqual([0.9]);
      expect(defined(level).map(([, worst]) => worst)).toEqual([2]);
    }
    await second.close();
  });

  test('loses a minute in a crash at most, and a day of it is a day, a month 30 days', async () => {
    const { clock, openOne } = await start();
    const first = await openOne();
    const dayMs = 24 * hour;
    for (let at = 0; at <= 31 * dayMs; at += at < 30 * dayMs ? 300_000 : 60_000) {
      clock.at = begin + at;
      first.observe(sample(0.25), 'normal', 1);
    }
    clock.at += 55_000;
    first.observe(sample(0.75), 'warning', 1);
    // No close: what isn't written is gone. What was asked to be written is done once it can be read.
    await first.read('hour');
    const second = await openOne();
    expect(defined((await second.read('day')).level)).toHaveLength(1440);
    expect(defined((await second.read('month')).level)).toHaveLength(1440);
    await Promise.all([first.close(), second.close()]);
  });

  test('bears a clock that is set back', async () => {
    const { clock, openOne } = await start();
    const history = await openOne();
    clock.at = begin + hour;
    history.observe(sample(0.5), 'normal', 1);
    clock.at = begin;
    history.observe(sample(0.25), 'normal', 1);
    clock.at += 1000;
    history.observe(sample(0.25), 'normal', 1);
    for (const range of ['minutes', 'hour'] as const) {
      const { signals } = await history.read(range);
      expect(defined(signals[0]!.ratio).map(([, ratio]) => ratio)).toEqual(range === 'minutes' ? [0.25, 0.25] : [0.25]);
    }
    await history.close();
  });
});
