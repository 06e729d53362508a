import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { openSqlite } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { createChunkLog } from './chunk-log.ts';
import { captureLimits } from './limits.ts';
import type { LiveTrack } from './live-track.ts';
import type { CutChunk } from './media/index.ts';
import { createCaptureRepository } from './repository.ts';
import { createConnection, createRig, openTrack } from './testing.ts';

const code = (name: string) => expect.objectContaining({ code: name });

function cutAt(byteEnd: number): CutChunk {
  return {
    byteStart: byteEnd - 1,
    byteEnd,
    startMs: byteEnd - 1,
    endMs: byteEnd,
    framing: {} as CutChunk['framing'],
    hints: { meanPacketBytes: 1, quietShare: 0 },
  };
}

const trackNamed = (id: string, meetingId: string) =>
  ({
    id,
    meetingId,
    offsetMs: 0,
    capturedMs: 0,
    reader: { durableMs: 0, snapshot: () => new Uint8Array(1) },
  }) as LiveTrack;

async function createLog() {
  const rig = await createRig();
  await openTrack(rig);
  await openTrack(rig, { trackId: 'track-2' }, createConnection('other'));
  const repository = createCaptureRepository(rig.database);
  const log = createChunkLog({ repository, now: Date.now, log: pino({ level: 'silent' }), onChunks: () => {} });
  const countOf = async (trackId: string) =>
    (await rig.database.selectFrom('chunks').select('id').where('trackId', '=', trackId).execute()).length;
  return { rig, repository, log, countOf };
}

it('writes what has gathered while the database was away, however much it is', async () => {
  const { rig, log, countOf } = await createLog();
  const track = trackNamed('track-1', rig.meetingId);
  for (let at = 1; at <= 4000; at += 1) log.add(track, [cutAt(at)]);
  await log.flush();
  expect(await countOf('track-1')).toBe(4000);
  const meeting = await rig.database.selectFrom('meetings').select('openChunks').executeTakeFirstOrThrow();
  expect(meeting.openChunks).toBe(4000);
});

it('keeps rows that the database refuses from holding up those of other tracks', async () => {
  const { rig, log, countOf } = await createLog();
  log.add(trackNamed('track-1', rig.meetingId), [{ ...cutAt(1), startMs: 1e300 }]);
  log.add(trackNamed('track-2', rig.meetingId), [cutAt(1)]);
  await log.flush();
  expect([await countOf('track-1'), await countOf('track-2')]).toEqual([0, 1]);
  await expect(log.flushTrack('track-1')).rejects.toEqual(code('STORAGE_FAILED'));
  await log.flushTrack('track-2');
});

it('keeps all rows while the disk is full, in order and once', async () => {
  const { rig, repository, log, countOf } = await createLog();
  const { addChunks } = repository;
  const full = vi.fn<typeof addChunks>().mockRejectedValue(new AppError('STORAGE_FULL', 'The disk is full.'));
  repository.addChunks = full;
  const track = trackNamed('track-1', rig.meetingId);
  log.add(track, [cutAt(1)]);
  await expect(log.flushTrack('track-1')).rejects.toEqual(code('STORAGE_FAILED'));
  log.add(track, [cutAt(2)]);
  await expect(log.flushTrack('track-1')).rejects.toEqual(code('STORAGE_FAILED'));
  expect(full.mock.lastCall![0].map(({ byteEnd }) => byteEnd)).toEqual([1, 2]);
  repository.addChunks = addChunks;
  await log.flush();
  await log.flush();
  expect(await countOf('track-1')).toBe(2);
});

it('says when no more should be added, rather than throw chunks away', async () => {
  const database = openSqlite(':memory:');
  const log = createChunkLog({
    repository: createCaptureRepository(database),
    now: Date.now,
    log: pino({ level: 'silent' }),
    onChunks: () => {},
  });
  const track = trackNamed('track-1', 'meeting-1');
  for (let at = 1; at < captureLimits.maxUnwrittenChunks; at += 1) log.add(track, [cutAt(at)]);
  expect(log.isFull).toBe(false);
  log.add(track, [cutAt(captureLimits.maxUnwrittenChunks)]);
  expect(log.isFull).toBe(true);
  await log.flush();
  expect(log.isFull).toBe(false);
});
