import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGovernor } from '@hansard/headroom';
import { createFakeClock, createFakeSensors } from '@hansard/headroom/testing';
import { memoryDrillReport, memoryHistory, memoryState } from '@hansard/protocol';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../../http/index.ts';
import { openMemory } from './open-memory.ts';
import { createMemoryOperations } from './service.ts';

const mb = 2 ** 20;
const log = pino({ level: 'silent' });
const epoch = 1_772_600_000_000;

/** The routes over a real governor, whose sensors and clock are pushed by hand. */
async function start({ hasDrills = true } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-memory-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const clock = createFakeClock(5000);
  const sensors = createFakeSensors(clock);
  const setUsed = (usedMb: number): void => {
    sensors.set({ rss: { usedBytes: usedMb * mb, limitBytes: 1000 * mb } });
    sensors.setGauges({ rssBytes: usedMb * mb, heapUsedBytes: 10 * mb });
  };
  setUsed(200);
  const governor = createGovernor({ sensors, clock, log, cacheBudgetBytes: 64 * mb });
  const lines = governor.cache<number>('lines', { maxBytes: 40 * mb, sizeOf: () => mb });
  for (let key = 0; key < 30; key += 1) lines.set(`${key}`, key);
  lines.get('0');
  governor.feature('extras', { offAt: 'warning' });
  governor.requestClass('recording', { priority: 'critical', maxQueued: 0, queueDeadlineMs: 0 });
  governor.account('process at rest', () => 120 * mb);
  const held = Array.from({ length: 30 }, (_, index) => ({ id: `m${index}`, bytes: 1000 * index, tracks: 1 }));
  const memory = await openMemory({
    dir,
    hasDrills,
    restartAfterMs: undefined,
    governor: governor.start(),
    isGoverned: true,
    limitBytes: 1000 * mb,
    capacity: (active) => ({ bytesPerMeeting: 2 * mb, maxMeetings: active + 70, fitsMore: 70 }),
    meetings: { size: 30, waiting: 2 },
    heldByMeetings: () => held,
    residentRooms: () =>
      [3, 70].map((passages) => ({
        meetingId: `m${passages}`,
        passages,
        bytes: passages * 800,
        lastUsedAt: epoch,
        isPinned: passages === 3,
      })),
    evictRoom: (meetingId) => Promise.resolve(meetingId === 'm70'),
    titlesOf: (ids) => Promise.resolve(new Map(ids.filter((id) => id !== 'm28').map((id) => [id, `Meeting ${id}`]))),
    queues: () => ({ chunks: 3, minutes: 1 }),
    engines: () => [],
    now: () => epoch + clock.now(),
    monotonicNow: () => clock.now(),
    log,
  });
  memory.start();
  const app = await createHttpServer({ log, api: [memory.routes], operations: async () => undefined, webDir: null });
  onTestFinished(async () => {
    await memory.close();
    governor.stop();
    await app.close();
  });
  const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const answer = await app.inject({ method, url: `/api/v1/operations/memory${path}`, ...(payload && { payload }) });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: () => answer.json<unknown>(),
    };
  };
  return { clock, setUsed, dir, call };
}

test('the state tells what memory is like, and adds up', async () => {
  const { clock, setUsed, call } = await start();
  clock.advance(1000);
  setUsed(880);
  clock.advance(1000);
  const answer = await call('GET', '');
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
  const state = memoryState.parse(answer.body());
  expect(state).toMatchObject({
    at: epoch + clock.now(),
    level: 'critical',
    pressure: 0.88,
    tightest: 'rss',
    thresholds: { warning: 0.7, critical: 0.85, emergency: 0.95 },
    signals: [{ name: 'rss', usedBytes: 880 * mb, limitBytes: 1000 * mb }],
    features: [{ name: 'extras', on: false, offAt: 'warning' }],
    classes: [{ name: 'recording', priority: 'critical', limit: null, rejected: 0 }],
    responses: [{ name: 'caches', strength: expect.closeTo(0.635, 2) }],
    queues: { chunks: 3, minutes: 1 },
    rooms: [
      { id: 'm70', title: 'Meeting m70', bytes: 56_000, passages: 70, lastUsedAt: epoch, isPinned: false },
      { id: 'm3', title: 'Meeting m3', bytes: 2400, passages: 3, lastUsedAt: epoch, isPinned: true },
    ],
    drill: { report: null },
  });
  const sum = state.holders.reduce((total, { bytes }) => total + bytes, 0);
  expect(state.accountedBytes).toBe(sum);
  expect(sum + state.unexplainedBytes).toBe(state.measuredBytes);
  expect(state.measuredBytes).toBe(880 * mb);
  expect(state.caches).toMatchObject([{ name: 'lines', hits: 1, misses: 0, maxBytes: 40 * mb }]);
  expect(state.caches[0]!.capBytes).toBeLessThan(20 * mb);
  expect(state.caches[0]!.evictions).toBeGreaterThan(10);
  // In order of the time, the newest first.
  expect(state.levelHistory[0]).toMatchObject({ level: 'critical', pressure: 0.88, tightest: 'rss' });
  expect(state.levelHistory[0]!.at).toBeGreaterThan(epoch + 6000);
  expect(state.levelHistory[0]!.at).toBeLessThanOrEqual(state.at);
  expect(state.alerts[0]).toMatchObject({ state: 'firing' });
  expect(state.meetings).toHaveLength(20);
  expect(state.meetings.slice(0, 2)).toEqual([
    { id: 'm29', title: 'Meeting m29', bytes: 29_000, tracks: 1 },
    { id: 'm28', title: 'm28', bytes: 28_000, tracks: 1 },
  ]);
  expect(state.capacity).toMatchObject({ activeMeetings: 30, waitingMeetings: 2, maxMeetings: 100, fitsMore: 70 });
  // 0.85 × 2000 MB less the 880 that are taken, by 2 MB each.
  expect(state.capacity.larger[0]).toEqual({ limitBytes: 2000 * mb, maxMeetings: 440 });
});

test('a room is let go unless it is in use', async () => {
  const { call } = await start();
  const gone = await call('DELETE', '/rooms/m70');
  expect([gone.status, gone.body()]).toEqual([200, { evicted: { bytes: 56_000 } }]);
  expect((await call('DELETE', '/rooms/m3')).body()).toMatchObject({ error: { code: 'CONFLICT' } });
  expect((await call('DELETE', '/rooms/m9')).body()).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

test('the course is there in each range, an hour where none is named', async () => {
  const { clock, setUsed, call } = await start();
  clock.advance(30_000);
  setUsed(500);
  clock.advance(1000);
  for (const range of ['minutes', 'hour', 'day', 'month']) {
    const history = memoryHistory.parse((await call('GET', `/history?range=${range}`)).body());
    expect(history.range).toBe(range);
    expect(Math.max(...history.signals[0]!.ratio.map((ratio) => ratio ?? 0))).toBe(0.5);
    expect(history.activeMeetings).toContain(30);
  }
  expect(memoryHistory.parse((await call('GET', '/history')).body()).range).toBe('hour');
  expect((await call('GET', '/history?range=year')).status).toBe(400);
});

test('a drill is begun once, seen in the state, and cancelled', async () => {
  const { clock, call } = await start();
  expect((await call('POST', '/drill', { target: 'total' })).status).toBe(400);
  expect((await call('POST', '/drill', { target: 'warning', holdMs: 70_000 })).status).toBe(400);
  const begun = await call('POST', '/drill', { target: 'warning', holdMs: 1000 });
  expect(begun.status).toBe(202);
  expect(memoryDrillReport.parse(begun.body())).toMatchObject({ target: 'warning', holdMs: 1000, phase: 'raising' });
  expect((await call('POST', '/drill', { target: 'warning' })).body()).toMatchObject({ error: { code: 'CONFLICT' } });
  const state = memoryState.parse((await call('GET', '')).body());
  expect(state.drill?.report).toMatchObject({ phase: 'raising' });
  expect((await call('DELETE', '/drill')).body()).toMatchObject({ report: { outcome: 'cancelled', heldBytes: 0 } });
  await clock.advanceAsync(1000);
  expect((await call('DELETE', '/drill')).body()).toMatchObject({ report: { phase: 'over' } });
});

test('without the setting there are no drills, and it is said what to set', async () => {
  const { call } = await start({ hasDrills: false });
  expect(memoryState.parse((await call('GET', '')).body()).drill).toBeNull();
  for (const method of ['POST', 'DELETE'] as const) {
    const answer = await call(method, '/drill', { target: 'warning' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('HANSARD_MEMORY_DRILL=on');
  }
});

test('a snapshot and a profile are downloads, and leave no file behind', { timeout: 60_000 }, async () => {
  const { clock, dir, call } = await start();
  const snapshot = await call('POST', '/snapshot');
  expect(snapshot.status).toBe(200);
  expect(snapshot.headers['content-disposition']).toMatch(/^attachment; filename="hansard-[\dT-]+\.heapsnapshot"$/);
  expect(snapshot.text.slice(0, 20)).toBe('{"snapshot":{"meta":');
  const profile = await call('POST', '/profile?seconds=1');
  expect(profile.headers['content-disposition']).toContain('.heapprofile');
  expect(JSON.parse(profile.text)).toHaveProperty('head');
  expect((await call('POST', '/profile?seconds=100')).status).toBe(400);
  await expect.poll(() => readdir(join(dir, 'dumps'))).toEqual([]);
  clock.advance(1);
});

test('a snapshot is refused where there is no room, in bytes', async () => {
  const { clock, setUsed, call } = await start();
  setUsed(990);
  clock.advance(1000);
  const refused = await call('POST', '/snapshot');
  expect(refused.status).toBe(503);
  expect(refused.body()).toMatchObject({
    error: { code: 'MEMORY_PRESSURE', message: expect.stringContaining('20 MB of memory to spare') },
  });
});

test('all of it is for operators alone', async () => {
  const nothing = () => Promise.reject(new Error('asked'));
  const operations = createMemoryOperations({
    readState: nothing,
    history: { read: nothing },
    drill: null,
    rooms: { resident: () => [], evict: nothing },
    takeSnapshot: nothing,
    takeProfile: nothing,
  });
  const reader = { workspaceId: 'default', userId: 'reader', rights: new Set(['read', 'record', 'write'] as const) };
  const { signal } = new AbortController();
  for (const ask of [
    () => operations.state(reader),
    () => operations.history(reader, 'hour'),
    () => operations.startDrill(reader, { target: 'warning', holdMs: 1000 }),
    () => operations.cancelDrill(reader),
    () => operations.evictRoom(reader, 'm1'),
    () => operations.snapshot(reader, signal),
    () => operations.profile(reader, 1000, signal),
  ]) {
    expect(ask).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message: 'This needs the right to operate.' }));
  }
});
