import { expect, it, vi } from 'vitest';
import type { TranscriptSnapshot, TranscriptStore } from '@hansard/client';
import type { Segment } from '@hansard/protocol';
import { createMeetingSource } from './meeting-source.ts';

const live: TranscriptSnapshot = { phase: 'live', meeting: null, minutes: null, lines: [], cursor: 7, error: null };

function makeStore() {
  const seen = { applied: [] as (readonly Segment[])[], closed: 0 };
  const store: TranscriptStore = {
    subscribe: () => () => {},
    getSnapshot: () => live,
    apply: (segments) => void seen.applied.push(segments),
    close: () => void (seen.closed += 1),
  };
  return { store, seen };
}

it('hands the store the lines that are known, shows it, and closes it with the page', async () => {
  const { store, seen } = makeStore();
  const source = createMeetingSource(() => Promise.resolve(store));
  const { promise: told, resolve } = Promise.withResolvers<void>();
  source.subscribe(resolve);
  expect(source.getSnapshot().phase).toBe('loading');
  const known: Segment[] = [];
  const leave = source.follow(known);
  await told;
  expect(source.getSnapshot()).toBe(live);
  expect(seen.applied[0]).toBe(known);
  leave();
  expect(seen.closed).toBe(1);
  expect(source.getSnapshot().phase).toBe('loading');
});

it('closes a store that comes when nobody looks any more', async () => {
  const { store, seen } = makeStore();
  const { promise: opened, resolve } = Promise.withResolvers<TranscriptStore>();
  const source = createMeetingSource(() => opened);
  source.follow([])();
  resolve(store);
  await opened;
  expect(seen.closed).toBe(1);
  expect(source.getSnapshot().phase).toBe('loading');
});

it('says that it is offline while the code cannot be fetched, and tries again', async () => {
  vi.useFakeTimers();
  const { store } = makeStore();
  let tries = 0;
  const source = createMeetingSource(() => ((tries += 1) === 1 ? Promise.reject(new Error()) : Promise.resolve(store)));
  const leave = source.follow([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(source.getSnapshot().phase).toBe('offline');
  await vi.runOnlyPendingTimersAsync();
  expect(source.getSnapshot()).toBe(live);
  leave();
  vi.useRealTimers();
});
