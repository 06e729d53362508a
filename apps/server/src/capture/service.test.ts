import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ownerActor } from '../identity/index.ts';
import { captureLimits } from './limits.ts';
import { createRig, openTrack, readChunkAudio, slicesOf, speech, type Rig } from './testing.ts';

const chunksOf = (rig: Rig) => rig.database.selectFrom('chunks').selectAll().orderBy('startMs').execute();

async function recordSpeech(rig: Rig): Promise<void> {
  const track = await openTrack(rig);
  for (const [offset, slice] of slicesOf(speech)) await track.send(offset, slice);
  await track.close(speech.length);
}

it('cuts what was recorded into chunks without a gap', async () => {
  const rig = await createRig({ maxChunkMs: 4000 });
  await recordSpeech(rig);
  const chunks = await chunksOf(rig);
  expect(chunks.length).toBeGreaterThan(1);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.endMs - chunk.startMs).toBeLessThanOrEqual(4000);
    expect(chunk.startMs).toBe(index === 0 ? 0 : chunks[index - 1]!.endMs);
    expect(chunk.state).toBe('waiting');
  }
  expect(rig.announced).toContain(rig.meetingId);
  const meeting = await rig.database.selectFrom('meetings').select('openChunks').executeTakeFirstOrThrow();
  expect(meeting.openChunks).toBe(chunks.length);
});

it('cuts the same chunks, each once, through a crash at any slice', async () => {
  const whole = await createRig({ maxChunkMs: 3000 });
  await recordSpeech(whole);
  const expected = (await chunksOf(whole)).map(({ byteStart, byteEnd, startMs, endMs }) => [
    byteStart,
    byteEnd,
    startMs,
    endMs,
  ]);

  const rig = await createRig({ maxChunkMs: 3000 });
  for (const [offset, slice] of slicesOf(speech, 7001)) {
    const track = await openTrack(rig);
    await track.send(offset, slice);
    rig.capture = await rig.crash();
  }
  await (await openTrack(rig)).close(speech.length);
  const found = (await chunksOf(rig)).map(({ byteStart, byteEnd, startMs, endMs }) => [
    byteStart,
    byteEnd,
    startMs,
    endMs,
  ]);
  expect(found).toEqual(expected);
});

it('moves a track to the object store, and lets the journal go', async () => {
  const rig = await createRig({ maxPartBytes: 20_000 });
  await recordSpeech(rig);
  await expect.poll(() => rig.journal.extent('track-1')).toBeNull();
  const parts = await rig.database.selectFrom('parts').selectAll().orderBy('byteStart').execute();
  expect(parts.length).toBeGreaterThan(1);
  const stored = await Promise.all(
    parts.map(({ objectKey, byteStart, byteEnd }) => rig.objects.read(objectKey, 0, byteEnd - byteStart)),
  );
  expect(Buffer.concat(stored)).toEqual(speech);
});

it('builds a chunk that decodes alone, from the journal and from parts', async () => {
  const rig = await createRig({ maxChunkMs: 4000 });
  const track = await openTrack(rig);
  for (const [offset, slice] of slicesOf(speech)) await track.send(offset, slice);
  await rig.capture.endMeeting(rig.meetingId);
  const [chunk] = await chunksOf(rig);
  const fromJournal = await readChunkAudio(rig.capture, chunk!);
  await track.close(speech.length);
  await expect.poll(() => rig.journal.extent('track-1')).toBeNull();
  expect(await readChunkAudio(rig.capture, chunk!)).toEqual(fromJournal);
  const heardMs = durationMs(fromJournal);
  expect(Math.abs(heardMs - (chunk!.endMs - chunk!.startMs))).toBeLessThan(2);
});

it('[U14] turns the last words of a lost connection into a chunk', async () => {
  let at = 1_800_000_000_000;
  const rig = await createRig({ now: () => at });
  const track = await openTrack(rig);
  await track.send(0, speech.subarray(0, 20_000));
  rig.capture.disconnect(track.connection);
  expect(await chunksOf(rig)).toEqual([]);
  at += captureLimits.disconnectedCutMs;
  await expect.poll(() => chunksOf(rig), { timeout: 10_000 }).toHaveLength(1);
});

it('plays a track as one file, by range, also while it grows', async () => {
  const rig = await createRig();
  const track = await openTrack(rig);
  await track.send(0, speech.subarray(0, 30_000));
  const growing = await rig.capture.audio(ownerActor, rig.meetingId, undefined);
  expect(growing.size).toBeGreaterThan(1000);
  await track.send(30_000, speech.subarray(30_000));
  await track.close(speech.length);
  const file = await rig.capture.audio(ownerActor, rig.meetingId, 'track-1');
  const whole = await read(file, 0, file.size);
  expect(await read(file, 100, 300)).toEqual(whole.subarray(100, 300));
  expect(Math.abs(durationMs(whole) - rig.capture.liveTrack('track-1')!.durableMs)).toBeLessThan(2);
});

it('deletes a meeting’s audio wherever it is, and says how much', async () => {
  const rig = await createRig({ maxPartBytes: 20_000 });
  await recordSpeech(rig);
  await expect.poll(() => rig.journal.extent('track-1')).toBeNull();
  const other = await openTrack(rig, { trackId: 'track-2' });
  await other.send(0, speech.subarray(0, 1000));
  expect(await rig.capture.deleteAudio(rig.meetingId)).toBe(speech.length + 1000);
  expect(rig.journal.extent('track-2')).toBeNull();
  expect(await rig.objects.removeAll('tracks/')).toEqual({ objects: 0, bytes: 0 });
  expect(other.connection.lost).toEqual(['track-2']);
});

async function read(
  file: { read(start: number, end: number): AsyncIterable<Uint8Array> },
  start: number,
  end: number,
): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(file.read(start, end)));
}

/** What a decoder that is not ours hears. */
function durationMs(ogg: Uint8Array): number {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-ogg-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'chunk.ogg');
  writeFileSync(file, ogg);
  const pcm = execFileSync(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', file, '-ac', '1', '-ar', '48000', '-f', 's16le', '-'],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return pcm.length / 2 / 48;
}
