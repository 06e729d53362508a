import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectSocket } from '../socket.ts';
import type { Spool } from '../spool/contract.ts';
import { createMemorySpool } from '../spool/memory-spool.ts';
import { createFakeServer, type FakeServer } from '../testing/fake-server.ts';
import type { UploadStatus } from './status.ts';
import { createTrackLocks } from './track-locks.ts';
import { createUploader, type NewTrack, type Uploader, type UploaderOptions } from './uploader.ts';

const newTrack = (trackId: string): NewTrack => ({
  trackId,
  meetingId: 'meeting-1',
  kind: 'microphone',
  mimeType: 'audio/webm;codecs=opus',
  participant: null,
  startedAtMs: 1_700_000_000_000,
  continues: null,
});

const sound = (from: number, length: number) => Uint8Array.from({ length }, (_, at) => ((from + at) * 7) % 253);

let server: FakeServer;
let spool: Spool;
let toClose: (() => void)[];

beforeEach(async () => {
  server = await createFakeServer();
  spool = createMemorySpool();
  toClose = [];
});
afterEach(async () => {
  for (const close of toClose) close();
  await server.close();
  server.assertNoViolations();
});

function begin(options: Partial<UploaderOptions> = {}): Uploader {
  const socket = connectSocket(server.url, { reconnectMs: 5, maxReconnectMs: 20 });
  const uploader = createUploader({
    socket,
    spool,
    locks: createTrackLocks(null),
    backoff: { firstMs: 5, maxMs: 20 },
    ...options,
  });
  toClose.push(() => {
    uploader.close();
    socket.disconnect();
  });
  return uploader;
}

const kinds = (uploader: Uploader) => {
  const seen: string[] = [];
  const off = uploader.subscribe(() => {
    const { kind } = uploader.status();
    if (seen.at(-1) !== kind) seen.push(kind);
  });
  toClose.push(off);
  return seen;
};

/** Records `count` pieces of 250 ms. */
async function record(uploader: Uploader, trackId: string, count: number, size = 1_000, from = 0) {
  for (let at = from; at < from + count; at += 1) {
    await uploader.append(trackId, sound(at * size, size), (at + 1) * 250);
  }
}

describe('uploader', () => {
  it('takes a recording to the server, closes it and forgets it', async () => {
    const uploader = begin();
    const seen = kinds(uploader);
    await uploader.start(newTrack('a'));
    await record(uploader, 'a', 20);
    await uploader.finish('a', 5_000);
    await uploader.whenSaved('a');
    expect(server.bytes('a')).toEqual(sound(0, 20_000));
    expect(server.track('a')).toMatchObject({ closedAt: 20_000, capturedMs: 5_000 });
    expect(await spool.tracks()).toEqual([]);
    expect(uploader.status()).toEqual({ kind: 'saved' });
    expect(uploader.heldBytes()).toBe(0);
    expect(seen).toContain('saving');
  });

  it('says how much is kept while the server is away', async () => {
    const url = server.url;
    await server.close();
    const socket = connectSocket(url, { reconnectMs: 5, maxReconnectMs: 20 });
    const uploader = begin({ socket });
    toClose.push(() => socket.disconnect());
    await uploader.start(newTrack('a'));
    await record(uploader, 'a', 8);
    expect(uploader.status()).toEqual({ kind: 'offline', keptMs: 2_000, keptBytes: 8_000 });
    expect(uploader.progress('a')).toMatchObject({ end: 8_000, durable: 0, durableMs: 0 });
    expect(uploader.status('another meeting')).toEqual({ kind: 'saved' });
    expect(uploader.heldBytes()).toBe(0);
    server = await createFakeServer();
  });

  it('goes on from what the server has when the connection breaks in the middle', async () => {
    const uploader = begin();
    const seen = kinds(uploader);
    await uploader.start(newTrack('a'));
    server.syncsTake(10);
    await record(uploader, 'a', 20);
    await vi.waitFor(() => expect(server.durable('a')).toBeGreaterThan(0));
    seen.length = 0;
    server.cut();
    await vi.waitFor(() => expect(seen).toContain('offline'));
    await record(uploader, 'a', 20, 1_000, 20);
    await uploader.finish('a', 10_000);
    await uploader.whenSaved('a');
    expect(server.bytes('a')).toEqual(sound(0, 40_000));
  });

  it('connects again after the server sent it away', async () => {
    const uploader = begin();
    await uploader.start(newTrack('a'));
    await vi.waitFor(() => expect(server.opens).toEqual(['a']));
    server.sendAway();
    await vi.waitFor(() => expect(server.opens).toEqual(['a', 'a']));
  });

  it('connects anew when nothing is answered', async () => {
    const uploader = begin({ settings: { answerTimeoutMs: 30 } });
    const seen = kinds(uploader);
    await uploader.start(newTrack('a'));
    await vi.waitFor(() => expect(server.opens).toHaveLength(1));
    server.mute(true);
    seen.length = 0;
    await record(uploader, 'a', 2);
    await vi.waitFor(() => expect(seen).toContain('offline'));
    server.mute(false);
    await uploader.finish('a', 500);
    await uploader.whenSaved('a');
    expect(server.bytes('a')).toEqual(sound(0, 2_000));
  });

  it.each(['STORAGE_FULL', 'STORAGE_FAILED', 'BUSY', 'DRAINING', 'TOO_MANY', 'INTERNAL'] as const)(
    'keeps all and tries again on %s',
    async (code) => {
      const uploader = begin();
      const seen = kinds(uploader);
      await uploader.start(newTrack('a'));
      await vi.waitFor(() => expect(server.opens).toHaveLength(1));
      server.refuse(code, 3, 10);
      await record(uploader, 'a', 8);
      await uploader.finish('a', 2_000);
      await uploader.whenSaved('a');
      expect(seen).toContain('refused');
      expect(server.bytes('a')).toEqual(sound(0, 8_000));
    },
  );

  it('stops, keeps the bytes and tells when another connection took the track', async () => {
    const uploader = begin();
    await uploader.start(newTrack('a'));
    await record(uploader, 'a', 2);
    await vi.waitFor(() => expect(uploader.status().kind).toBe('saved'));
    const other = begin({ spool: createMemorySpool(), locks: createTrackLocks(null) });
    await other.start(newTrack('a'));
    await vi.waitFor(() => expect(uploader.status().kind).toBe('refused'));
    await record(uploader, 'a', 2, 1_000, 2);
    const status = uploader.status();
    expect(status).toMatchObject({ kind: 'refused', trackId: 'a', retrying: false, keptBytes: 2_000, keptMs: 500 });
    expect(status).toHaveProperty('error.cause.code', 'TRACK_TAKEN');
    await expect(uploader.whenSaved('a')).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await spool.track('a')).toMatchObject({ end: 4_000 });
  });

  it('says LOST when the server asks for bytes that it had confirmed', async () => {
    const uploader = begin({ settings: { trimBytes: 1 } });
    await uploader.start(newTrack('a'));
    await record(uploader, 'a', 4);
    await vi.waitFor(async () => expect(await spool.track('a')).toMatchObject({ start: 4_000 }));
    server.forget('a', 1_500);
    await vi.waitFor(() => expect(uploader.status()).toMatchObject({ kind: 'refused', error: { code: 'LOST' } }));
  });

  it('takes back what it said to be saved when the server lost it and the spool still has it', async () => {
    const uploader = begin();
    await uploader.start(newTrack('a'));
    await record(uploader, 'a', 4);
    await vi.waitFor(() => expect(uploader.status().kind).toBe('saved'));
    server.forget('a', 1_500);
    await vi.waitFor(() => expect(server.opens).toHaveLength(2));
    await vi.waitFor(() => expect(server.durable('a')).toBe(4_000));
    expect(server.bytes('a')).toEqual(sound(0, 4_000));
  });

  it('sends larger slices when told to slow down, and small ones again after', async () => {
    const uploader = begin();
    await uploader.start(newTrack('a'));
    await vi.waitFor(() => expect(server.opens).toHaveLength(1));
    server.slowDown(1_000);
    await vi.waitFor(() => expect(uploader.status().kind).toBe('saved'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    let second: UploadStatus | undefined;
    for (let at = 0; at < 12; at += 1) {
      await record(uploader, 'a', 1, 1_000, at);
      if (at === 1) second = uploader.status();
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await vi.waitFor(() => expect(server.durable('a')).toBe(12_000));
    expect(server.sliceSizes).toEqual([4_000, 4_000, 4_000]);
    expect(second).toEqual({ kind: 'slowed', sliceMs: 1_000, behindMs: 500, behindBytes: 2_000 });
    server.speedUp();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await record(uploader, 'a', 1, 1_000, 12);
    await vi.waitFor(() => expect(server.sliceSizes).toEqual([4_000, 4_000, 4_000, 1_000]));
  });

  it('gathers audio by itself while answers are slow', async () => {
    const uploader = begin();
    server.syncsTake(100);
    await uploader.start(newTrack('a'));
    for (let at = 0; at < 40; at += 1) {
      await uploader.append('a', sound(at * 100, 100), (at + 1) * 10);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await uploader.finish('a', 400);
    await uploader.whenSaved('a');
    expect(server.bytes('a')).toEqual(sound(0, 4_000));
    expect(server.sliceSizes.length).toBeLessThan(25);
  });

  it('uploads what an earlier visit left, and closes it at the length that is known', async () => {
    await spool.saveTrack({ ...newTrack('unfinished'), length: null, capturedMs: 0 });
    await spool.append('unfinished', 0, sound(0, 3_000), 750);
    await spool.saveTrack({ ...newTrack('finished'), length: 200_000, capturedMs: 9_000 });
    await spool.append('finished', 0, sound(0, 200_000), 9_000);
    const uploader = begin();
    const taken = await uploader.resumeUploads();
    expect(taken.map(({ trackId }) => trackId)).toEqual(['unfinished', 'finished']);
    await Promise.all([uploader.whenSaved('unfinished'), uploader.whenSaved('finished')]);
    expect(server.track('unfinished')).toMatchObject({ closedAt: 3_000, capturedMs: 750 });
    expect(server.track('finished')).toMatchObject({ closedAt: 200_000 });
    expect(server.bytes('finished')).toEqual(sound(0, 200_000));
    expect(await spool.tracks()).toEqual([]);
    expect(await uploader.resumeUploads()).toEqual([]);
  });

  it('closes a left-over track at the length of the server where that has more', async () => {
    const first = begin();
    await first.start(newTrack('a'));
    await record(first, 'a', 3);
    await vi.waitFor(() => expect(server.durable('a')).toBe(3_000));
    first.close();
    // The spool of a machine that lost its power: the last kilobyte never got to its disk.
    const older = createMemorySpool();
    await older.saveTrack({ ...newTrack('a'), length: null, capturedMs: 0 });
    await older.append('a', 0, sound(0, 2_000), 500);
    const second = begin({ spool: older });
    await second.resumeUploads();
    await second.whenSaved('a');
    expect(server.track('a')).toMatchObject({ closedAt: 3_000 });
  });

  it('leaves a track to the tab that has it', async () => {
    const locks = createTrackLocks(null);
    const one = begin({ locks });
    const other = begin({ locks });
    await one.start(newTrack('a'));
    await record(one, 'a', 1);
    expect(await other.resumeUploads()).toEqual([]);
    await expect(other.start(newTrack('a'))).rejects.toMatchObject({ code: 'TRACK_IN_USE' });
    one.close();
    expect(await other.resumeUploads()).toHaveLength(1);
  });

  it('opens no more tracks at once than a socket may have, and takes all of them in the end', async () => {
    for (let at = 0; at < 40; at += 1) {
      await spool.saveTrack({ ...newTrack(`t${at}`), length: 10, capturedMs: 1 });
      await spool.append(`t${at}`, 0, sound(at, 10), 1);
    }
    server.syncsTake(20);
    const uploader = begin();
    await uploader.resumeUploads();
    await Promise.all(Array.from({ length: 40 }, (_, at) => uploader.whenSaved(`t${at}`)));
    expect(server.bytes('t39')).toEqual(sound(39, 10));
  });

  it('shares the way between tracks: a backlog does not hold a live track up', async () => {
    await spool.saveTrack({ ...newTrack('backlog'), length: 8_000_000, capturedMs: 2_000_000 });
    for (let at = 0; at < 80; at += 1) await spool.append('backlog', at * 100_000, new Uint8Array(100_000), at);
    const uploader = begin({ settings: { maxBytesOnTheWay: 128 * 1024 } });
    server.syncsTake(5);
    await uploader.resumeUploads();
    await uploader.start(newTrack('live'));
    await vi.waitFor(() => expect(server.durable('backlog')).toBeGreaterThan(0));
    await record(uploader, 'live', 4);
    await vi.waitFor(() => expect(server.durable('live')).toBe(4_000));
    expect(server.durable('backlog')).toBeLessThan(8_000_000);
    expect(uploader.heldBytes()).toBeLessThanOrEqual(128 * 1024);
  });

  it('warns that the spool gets full, and keeps what it has when it is', async () => {
    spool = createMemorySpool({ maxBytes: 10_000, lowBytes: 5_000, reserveBytes: 2_000 });
    const uploader = begin();
    await uploader.start(newTrack('a'));
    await vi.waitFor(() => expect(server.opens).toHaveLength(1));
    server.syncsTake(1e6);
    await record(uploader, 'a', 6);
    expect(uploader.status()).toMatchObject({ kind: 'spool-low', leftBytes: 4_000, keptBytes: 6_000, keptMs: 1_500 });
    await record(uploader, 'a', 3, 1_000, 6);
    expect(uploader.status()).toMatchObject({ kind: 'spool-full', keptBytes: 9_000 });
    await expect(uploader.append('a', sound(0, 1_001), 9e9)).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    server.syncsTake(0);
    server.restart();
    await uploader.finish('a', 2_250);
    await uploader.whenSaved('a');
    expect(server.bytes('a')).toEqual(sound(0, 9_000));
  });

  it('forgets a recording that is discarded', async () => {
    const uploader = begin();
    await uploader.start(newTrack('a'));
    await record(uploader, 'a', 1);
    await uploader.discard('a');
    expect(await spool.tracks()).toEqual([]);
    expect(uploader.status()).toEqual({ kind: 'saved' });
  });
});
