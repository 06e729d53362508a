import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectSocket, type HansardSocket } from '../socket.ts';
import { createFakeTranscriptServer } from '../testing/fake-transcript-server.ts';
import { createTranscriptStore, type TranscriptStore, type TranscriptStoreOptions } from './transcript-store.ts';

let server: Awaited<ReturnType<typeof createFakeTranscriptServer>>;
let socket: HansardSocket;
let store: TranscriptStore | undefined;

beforeEach(async () => {
  server = await createFakeTranscriptServer({ pageSize: 10 });
  socket = connectSocket(server.url, { reconnectMs: 3, maxReconnectMs: 10 });
});
afterEach(async () => {
  store?.close();
  socket.disconnect();
  await server.close();
});

const watch = (options: Partial<TranscriptStoreOptions> = {}) =>
  (store = createTranscriptStore({ socket, meetingId: 'm1', missingAfterMs: 10, backoff: { firstMs: 5 }, ...options }));

const texts = (from: TranscriptStore) => from.getSnapshot().lines.map(({ text }) => text);
const expected = () => server.lines().map(({ text }) => text);
const live = (from: TranscriptStore) => vi.waitFor(() => expect(from.getSnapshot().phase).toBe('live'));

it('reads all pages, then what is said live, in order of time', async () => {
  for (let at = 0; at < 35; at += 1) server.write({ id: `s${at}`, startMs: at * 100 });
  const transcript = watch();
  expect(transcript.getSnapshot()).toMatchObject({ phase: 'loading', lines: [], meeting: null });
  await live(transcript);
  expect(transcript.getSnapshot()).toMatchObject({ cursor: 35, meeting: { id: 'm1', title: 'Budget' } });
  expect(texts(transcript)).toEqual(expected());
  expect(server.joins).toEqual([0, 10, 20, 30]);
  server.tell(server.write({ id: 'early', startMs: 150 }));
  server.tell(server.write({ id: 's3', startMs: 300, text: 'mended' }));
  server.tell(server.write({ id: 's4', startMs: 400, deleted: true, text: '' }));
  await vi.waitFor(() => expect(texts(transcript)).toEqual(expected()));
  expect(transcript.getSnapshot().cursor).toBe(38);
});

it('reads pages over HTTP where it is given a way to', async () => {
  for (let at = 0; at < 35; at += 1) server.write({ id: `s${at}`, startMs: at });
  const asked: number[] = [];
  const transcript = watch({
    fetchPage: async (since) => {
      asked.push(since);
      return server.page(since);
    },
  });
  await live(transcript);
  expect(texts(transcript)).toEqual(expected());
  expect(server.joins).toEqual([0]);
  expect(asked).toEqual([10, 20, 30]);
});

it('asks after a lost connection for exactly what it has not seen', async () => {
  for (let at = 0; at < 5; at += 1) server.write({ id: `s${at}`, startMs: at });
  const transcript = watch();
  await live(transcript);
  const phases: string[] = [];
  transcript.subscribe(() => phases.push(transcript.getSnapshot().phase));
  server.cut();
  server.write({ id: 's9', startMs: 9 });
  await vi.waitFor(() => expect(texts(transcript)).toEqual(expected()));
  expect(phases).toContain('offline');
  expect(server.joins).toEqual([0, 5]);
});

it('asks for a line whose event never came', async () => {
  const transcript = watch();
  await live(transcript);
  server.write({ id: 'lost', startMs: 1 });
  server.tell(server.write({ id: 'told', startMs: 2 }));
  await vi.waitFor(() => expect(texts(transcript)).toEqual(expected()));
  expect(transcript.getSnapshot().cursor).toBe(2);
});

it('hands out the same snapshot until something changes', async () => {
  const transcript = watch();
  await live(transcript);
  const before = transcript.getSnapshot();
  expect(transcript.getSnapshot()).toBe(before);
  const segment = server.write({ id: 'a', startMs: 1 });
  server.tell(segment);
  await vi.waitFor(() => expect(transcript.getSnapshot()).not.toBe(before));
  const after = transcript.getSnapshot();
  expect(before.lines).toEqual([]);
  let told = 0;
  transcript.subscribe(() => (told += 1));
  transcript.apply([segment]);
  expect(told).toBe(0);
  expect(transcript.getSnapshot()).toBe(after);
});

it('keeps up with the meeting and its minutes, and leaves other meetings alone', async () => {
  const transcript = watch();
  await live(transcript);
  const { tracks: _tracks, ledger: _ledger, failures: _failures, ...plain } = server.meeting();
  server.io.emit('meeting', { ...plain, title: 'Plan' });
  server.io.emit('meeting', { ...plain, id: 'm2', title: 'Other' });
  server.io.emit('segment', { ...server.write({ id: 'x', startMs: 0 }), meetingId: 'm2' });
  await vi.waitFor(() => expect(transcript.getSnapshot().meeting?.title).toBe('Plan'));
  expect(transcript.getSnapshot().meeting?.ledger.capturedMs).toBe(0);
  server.io.emit('meeting:deleted', { meetingId: 'm1' });
  await vi.waitFor(() => expect(transcript.getSnapshot().phase).toBe('deleted'));
  expect(transcript.getSnapshot().lines).toEqual([]);
});

it('says why where it is refused', async () => {
  const transcript = watch({ meetingId: 'nowhere' });
  await vi.waitFor(() =>
    expect(transcript.getSnapshot()).toMatchObject({ phase: 'refused', error: { code: 'NOT_FOUND' } }),
  );
});

it('tries a page again when reading it failed', async () => {
  for (let at = 0; at < 15; at += 1) server.write({ id: `s${at}`, startMs: at });
  let failures = 2;
  const transcript = watch({
    fetchPage: async (since) => {
      if ((failures -= 1) >= 0) throw new Error('no network');
      return server.page(since);
    },
  });
  await live(transcript);
  expect(texts(transcript)).toEqual(expected());
});

it('leaves the meeting when it is closed', async () => {
  const transcript = watch();
  await live(transcript);
  expect(server.watchers()).toBe(1);
  transcript.close();
  await vi.waitFor(() => expect(server.watchers()).toBe(0));
});

it('shows what the server has in the end, whatever is written, lost, doubled, shuffled or cut', async () => {
  const step = fc.record({
    what: fc.constantFrom('write', 'write', 'write', 'delete', 'lose', 'hold', 'release', 'cut', 'pause'),
    line: fc.nat(12),
    startMs: fc.nat(50),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const prefix = `run${(run += 1)}-`;
      const transcript = watch();
      const held: ReturnType<typeof server.write>[] = [];
      for (const { what, line, startMs } of steps) {
        const id = `${prefix}${line}`;
        if (what === 'write') server.tell(server.write({ id, startMs }));
        else if (what === 'delete') server.tell(server.write({ id, startMs, text: '', deleted: true }));
        else if (what === 'lose') server.write({ id, startMs });
        else if (what === 'hold') held.push(server.write({ id, startMs }));
        else if (what === 'release') {
          for (const late of held.splice(0).toReversed()) {
            server.tell(late);
            server.tell(late);
          }
        } else if (what === 'cut') server.cut();
        else await new Promise((resolve) => setTimeout(resolve, 3));
      }
      // An event that makes any earlier loss show.
      await vi.waitFor(() => expect(server.watchers()).toBe(1));
      server.tell(server.write({ id: `${prefix}last`, startMs: 99 }));
      await vi.waitFor(() => expect(texts(transcript)).toEqual(expected()));
      transcript.close();
    }),
    { numRuns: 25 },
  );
});
