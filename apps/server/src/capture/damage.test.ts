import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { ownerActor } from '../identity/index.ts';
import { readLosses } from '../meetings/losses.ts';
import { openJournal, type Journal } from './journal/index.ts';
import { silentLog } from './journal/testing.ts';
import { captureLimits } from './limits.ts';
import { decode, packetsOf } from './media/testing.ts';
import { createConnection, createRig, openTrack, readChunkAudio, slicesOf, speech, webm, type Rig } from './testing.ts';

/*
 * A bit of a journal's file flips on a real disk. What is whole must be stored and played, what is not must be said, and
 * the file must not be held for ever.
 */
const sliceBytes = 1000;
const ogg = 'audio/ogg;codecs=opus';
let at = 0;

beforeEach(() => {
  at = 1_800_000_000_000;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => void vi.useRealTimers());

async function makeDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hansard-damage-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

const openIn = (dir: string): Promise<Journal> =>
  openJournal({ dir, log: silentLog, maxFileBytes: 128 << 10, maxTotalBytes: 512 << 10, commitEveryMs: 0 });

/** The file that has these bytes of the recording, and where; null where none has. */
async function find(dir: string, bytes: Uint8Array): Promise<{ path: string; file: Buffer; at: number } | null> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const file = await readFile(path);
    const found = file.indexOf(bytes);
    if (found >= 0) return { path, file, at: found };
  }
  return null;
}

/** Flips a bit in the middle of what the journal's file has of a slice. */
async function flipIn(dir: string, offset: number): Promise<void> {
  const found = await find(dir, speech.subarray(offset, offset + sliceBytes));
  found!.file[found!.at + sliceBytes / 2]! ^= 0x10;
  await writeFile(found!.path, found!.file);
}

async function sweepUntil(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let sweeps = 0; sweeps < 100; sweeps += 1) {
    if (await isSo()) return true;
    at += captureLimits.partRetryMs / 4;
    await vi.advanceTimersByTimeAsync(captureLimits.sweepEveryMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

const losses = (rig: Rig) => rig.database.selectFrom('losses').selectAll().orderBy('byteStart').execute();

async function expectStoredBut(rig: Rig, lost: readonly (readonly [number, number])[]): Promise<void> {
  expect((await losses(rig)).map(({ byteStart, byteEnd }) => [byteStart, byteEnd])).toEqual(lost);
  const parts = await rig.database.selectFrom('parts').selectAll().orderBy('byteStart').execute();
  let end = 0;
  const holes: number[][] = [];
  for (const { byteStart, byteEnd, objectKey } of parts) {
    if (byteStart > end) holes.push([end, byteStart]);
    expect(Buffer.from(await rig.objects.read(objectKey, 0, byteEnd - byteStart))).toEqual(
      speech.subarray(byteStart, byteEnd),
    );
    end = byteEnd;
  }
  expect(end).toBe(speech.length);
  expect(holes).toEqual(lost);
}

/** Plays the track: all of it is the recorder's or silence, and nothing after the hole is at another time than it was. */
async function expectPlayable(rig: Rig, [lostFrom, lostTo]: readonly [number, number]): Promise<void> {
  const file = await rig.capture.audio(ownerActor, rig.meetingId, undefined);
  const played = Buffer.concat(await Array.fromAsync(file.read(0, file.size)));
  const recorded = packetsOf(speech, webm);
  const known = new Set(recorded.map(({ payload }) => Buffer.from(payload).toString('hex')));
  const heard = packetsOf(played, ogg).map(({ payload }) => Buffer.from(payload).toString('hex'));
  expect(heard.filter((packet) => !known.has(packet) && !/^f[bf]..(fffe)+$/.test(packet))).toEqual([]);
  const lost = recorded.filter(({ byteStart, byteEnd }) => byteEnd > lostFrom && byteStart < lostTo);
  expect(lost.length).toBeGreaterThan(0);
  const hexOf = ({ payload }: { payload: Uint8Array }) => Buffer.from(payload).toString('hex');
  // Packets of silence are all the same.
  const unlike = lost.map(hexOf).filter((hex) => recorded.filter((packet) => hexOf(packet) === hex).length === 1);
  expect(unlike.length).toBeGreaterThan(0);
  for (const hex of unlike) expect(heard).not.toContain(hex);
  const [before, after] = [await decode(speech, webm), await decode(played, ogg)];
  // What follows is put where the container's clock says, which is up to a packet off.
  expect(Math.abs(before.length - after.length) / 48).toBeLessThanOrEqual(60);
}

it('of a recording is stored around, said, and lets the journal’s file go', async () => {
  const dir = await makeDir();
  const journal = await openIn(dir);
  const rig = await createRig({ journal, now: () => at, maxPartBytes: 25_000, maxChunkMs: 3000 });
  const track = await openTrack(rig);
  for (const [offset, slice] of slicesOf(speech, sliceBytes)) await track.send(offset, slice);
  await flipIn(dir, 30_000);
  await track.close(speech.length);

  expect(await sweepUntil(() => journal.extent('track-1') === null)).toBe(true);
  await expectStoredBut(rig, [[30_000, 31_000]]);
  await expectPlayable(rig, [30_000, 31_000]);
  const [gap] = await readLosses(rig.database, rig.meetingId);
  const packet = packetsOf(speech, webm).find(({ byteEnd }) => byteEnd > 30_000)!;
  expect(gap).toMatchObject({ trackId: 'track-1', reason: 'damaged' });
  expect(Math.abs(gap!.startMs - packet.timeSample / 48)).toBeLessThan(1000);
  expect(gap!.endMs).toBeGreaterThan(gap!.startMs);

  // All files there may be are begun anew, whatever they held.
  let end = 0;
  const fill = async (): Promise<void> => {
    for (; ; end += 50_000) await journal.append('other', end, new Uint8Array(50_000));
  };
  await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  expect(await find(dir, speech.subarray(40_000, 41_000))).toBeNull();
  await journal.close();
});

it('that is gone at a second look costs nothing', async () => {
  const dir = await makeDir();
  const journal = await openIn(dir);
  const rig = await createRig({ journal, now: () => at, maxPartBytes: 25_000 });
  const track = await openTrack(rig);
  for (const [offset, slice] of slicesOf(speech, sliceBytes)) await track.send(offset, slice);
  await flipIn(dir, 30_000);
  const { damage } = journal;
  let looks = 0;
  journal.damage = async (...range) => {
    const ranges = await damage(...range);
    looks += 1;
    if (looks === 1) {
      const { path, file, at: place } = (await find(dir, speech.subarray(30_000, 30_400)))!;
      file[place + sliceBytes / 2]! ^= 0x10;
      await writeFile(path, file);
    }
    return ranges;
  };
  await track.close(speech.length);
  expect(await sweepUntil(() => journal.extent('track-1') === null)).toBe(true);
  expect(looks).toBe(1);
  await expectStoredBut(rig, []);
  await journal.close();
});

it('is not what a disk that refuses to be read, or an object store that fails, is taken for', async () => {
  const dir = await makeDir();
  const journal = await openIn(dir);
  const rig = await createRig({ journal, now: () => at, maxPartBytes: 25_000 });
  const track = await openTrack(rig);
  for (const [offset, slice] of slicesOf(speech, sliceBytes)) await track.send(offset, slice);
  // As when the server stops while a part is being stored.
  await journal.close();
  await track.close(speech.length);
  for (let sweeps = 0; sweeps < 20; sweeps += 1) await sweepUntil(() => sweeps > 0);
  expect(await losses(rig)).toEqual([]);
  expect(journal.extent('track-1')).toEqual({ start: 0, end: speech.length });
});

it.each([
  ['in the middle', [30_000, 31_000]],
  ['in the first bytes that are in no part', [25_000, 26_000]],
] as const)('%s that a start finds is passed over, and the track goes on behind it', async (_where, lost) => {
  const dir = await makeDir();
  const first = await openIn(dir);
  const rig = await createRig({ journal: first, now: () => at, maxPartBytes: 25_000, maxChunkMs: 3000 });
  const track = await openTrack(rig);
  const slices = [...slicesOf(speech, sliceBytes)];
  for (const [offset, slice] of slices.slice(0, 25)) await track.send(offset, slice);
  expect(await sweepUntil(() => first.extent('track-1') === null)).toBe(true);
  for (const [offset, slice] of slices.slice(25, 50)) await track.send(offset, slice);
  await rig.capture.drain();
  await first.close();
  // As if the server had been killed before it wrote down what it cut.
  await rig.database.deleteFrom('chunks').execute();
  await rig.database.updateTable('tracks').set({ cutterState: null }).execute();
  await flipIn(dir, lost[0]);

  const journal = await openIn(dir);
  const rest = { ...rig, journal };
  rest.capture = await rig.crash(journal);
  const again = await openTrack(rest, {}, createConnection('next'));
  expect(again.durable).toBe(50_000);
  for (const [offset, slice] of slices.slice(50)) await again.send(offset, slice);
  await again.close(speech.length);
  expect(await sweepUntil(() => journal.extent('track-1') === null)).toBe(true);
  await expectStoredBut(rest, [lost]);
  await expectPlayable(rest, lost);
  const chunks = await rest.database.selectFrom('chunks').selectAll().orderBy('startMs').execute();
  expect(chunks.filter(({ byteStart, byteEnd }) => byteEnd > lost[0] && byteStart < lost[1])).toEqual([]);
  expect(chunks.at(-1)!.byteEnd).toBe(speech.length);
  for (const chunk of chunks) expect((await readChunkAudio(rest.capture, chunk)).length).toBeGreaterThan(100);
  const [gap] = await readLosses(rest.database, rest.meetingId);
  const behind = chunks.find(({ byteStart }) => byteStart >= lost[1])!;
  expect(gap).toMatchObject({ endMs: behind.startMs, reason: 'damaged' });
  expect(gap!.endMs - gap!.startMs).toBeGreaterThan(0);
  await journal.close();
});
