import { limits } from '@hansard/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Objects } from '../adapters/objects/index.ts';
import { AppError } from '../errors.ts';
import { ownerActor } from '../identity/index.ts';
import { createMemoryJournal, type Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import { addMeeting, createConnection, createRig, openTrack, readChunkAudio, speech, type Rig } from './testing.ts';
import { TokenBucket } from './token-bucket.ts';

/*
 * What goes wrong between two steps: refusals in the middle of a burst, connections that go while they are served, meetings
 * deleted under their recorders, stores that fail for a while. Each test is a way in which sound could be lost or blocked.
 */
const code = (name: string, more: object = {}) => expect.objectContaining({ code: name, ...more });
const start = 1_800_000_000_000;
const chunksOf = (rig: Rig, trackId: string) =>
  rig.database.selectFrom('chunks').selectAll().where('trackId', '=', trackId).orderBy('byteEnd').execute();
const deleteRows = (rig: Rig, meetingId = rig.meetingId) =>
  rig.database.deleteFrom('meetings').where('id', '=', meetingId).execute();
const objectsLeft = async (rig: Rig) => (await rig.objects.removeAll('tracks/')).objects;

describe('a burst of slices', () => {
  it('[U20] goes on behind one that was refused while others were under way', async () => {
    const rig = await createRig({ journal: createMemoryJournal({ maxInFlightBytes: 10_000 }) });
    const track = await openTrack(rig);
    const first = track.send(0, speech.subarray(0, 6000));
    await expect(track.send(6000, speech.subarray(6000, 12_000))).rejects.toEqual(code('BUSY'));
    expect(await first).toBe(6000);
    expect(await track.send(6000, speech.subarray(6000, 12_000))).toBe(12_000);
    expect(Buffer.from(await rig.journal.read('track-1', 0, 12_000))).toEqual(speech.subarray(0, 12_000));
  });

  it('[U20] has no hole where a large slice was refused and the small one behind it would fit', async () => {
    const rig = await createRig({ journal: createMemoryJournal({ maxInFlightBytes: 10_000 }) });
    const other = await openTrack(rig, { trackId: 'other' });
    const track = await openTrack(rig);
    const filling = other.send(0, speech.subarray(0, 6000));
    const large = track.send(0, speech.subarray(0, 6000));
    const small = track.send(6000, speech.subarray(6000, 6100));
    await expect(large).rejects.toEqual(code('BUSY'));
    await expect(small).rejects.toEqual(code('HOLE', { durable: 0 }));
    await filling;
    expect(await track.send(0, speech.subarray(0, 6000))).toBe(6000);
    expect(Buffer.from(await rig.journal.read('track-1', 0, 6000))).toEqual(speech.subarray(0, 6000));
  });

  it('[U20] of repeated slices counts towards what waits, too', async () => {
    const held = holdAppends(createMemoryJournal({ maxInFlightBytes: 10_000 }));
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const first = track.send(0, speech.subarray(0, 4000));
    const again = track.send(0, speech.subarray(0, 4000));
    await expect(track.send(0, speech.subarray(0, 4000))).rejects.toEqual(code('BUSY'));
    held.release();
    expect(await Promise.all([first, again])).toEqual([4000, 4000]);
  });

  it('[U9] has no more bytes without an answer than a track may have', async () => {
    const held = holdAppends(createMemoryJournal());
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const size = limits.maxSliceBytes;
    const ahead = [0, 1, 2, 3].map((index) => track.send(index * size, new Uint8Array(size)));
    await expect(track.send(4 * size, new Uint8Array(size))).rejects.toEqual(code('TOO_MANY'));
    held.release();
    expect(await Promise.all(ahead)).toEqual([size, 2 * size, 3 * size, 4 * size]);
  });

  it('[U10] of which the first fails later than the second goes on from what is durable', async () => {
    const journal = answeredByHand();
    const rig = await createRig({ journal: journal.journal });
    const track = await openTrack(rig);
    const first = track.send(0, speech.subarray(0, 1000));
    const second = track.send(1000, speech.subarray(1000, 2000));
    const failure = new AppError('STORAGE_FAILED', 'The disk failed.');
    journal.answers[1]!.reject(failure);
    await expect(second).rejects.toBe(failure);
    journal.answers[0]!.reject(failure);
    await expect(first).rejects.toBe(failure);
    const once = track.send(0, speech.subarray(0, 2000));
    journal.answers[2]!.resolve();
    expect(await once).toBe(2000);
  });

  it('[U15] holds up its close until all of it is answered', async () => {
    const journal = answeredByHand();
    const rig = await createRig({ journal: journal.journal });
    const track = await openTrack(rig);
    const first = track.send(0, speech.subarray(0, 1000));
    const second = track.send(1000, speech.subarray(1000, 2000));
    journal.answers[1]!.reject(new AppError('STORAGE_FAILED', 'The disk failed.'));
    await expect(second).rejects.toEqual(code('STORAGE_FAILED'));
    const closed = track.close(1000);
    journal.answers[0]!.resolve();
    expect(await Promise.all([first, closed])).toEqual([1000, 1000]);
  });

  it('[U16] cannot slip in behind a close that is being written down', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, speech.subarray(0, 20_000));
    const closed = track.close(20_000);
    const late = track.send(20_000, speech.subarray(20_000)).catch((error: unknown) => error);
    const [length, answer] = await Promise.all([closed, late]);
    const row = await rig.database.selectFrom('tracks').select('length').executeTakeFirstOrThrow();
    // It counts, and is cut and written down with the rest.
    expect(answer).toBe(speech.length);
    expect([row.length, rig.capture.liveTrack('track-1')!.durable]).toEqual([length, length]);
    expect((await chunksOf(rig, 'track-1')).at(-1)!.byteEnd).toBe(length);
    await expect(track.send(length, new Uint8Array(10))).rejects.toEqual(code('TRACK_CLOSED'));
  });

  it('[U19] is not held back by a clock that was put back', () => {
    let at = start;
    const bucket = new TokenBucket(100, () => at);
    expect(bucket.take(50)).toBe(0);
    at -= 3_600_000;
    expect(bucket.take(50)).toBe(0);
    expect(bucket.take(1)).toBeGreaterThan(0);
    at += 1000;
    expect(bucket.take(100)).toBe(0);
  });
});

describe('opening', () => {
  it('[U12] gives nothing to a connection that has gone meanwhile', async () => {
    const rig = await createRig();
    const gone = createConnection('gone');
    const newer = await openTrack(rig, {}, createConnection('newer'));
    const opening = openTrack(rig, {}, gone);
    rig.capture.disconnect(gone);
    await opening;
    expect(newer.connection.lost).toEqual([]);
    expect(await newer.send(0, speech.subarray(0, 1000))).toBe(1000);
    rig.capture.disconnect(newer.connection);
    expect(rig.capture.liveTrack('track-1')).toMatchObject({ connected: false });
  });

  it('[U4] two first tracks at once keeps the time between them', async () => {
    let at = start;
    const rig = await createRig({ now: () => at });
    at += 20_000;
    await Promise.all([
      openTrack(rig, { trackId: 'microphone', startedAtMs: at - 1000 }),
      openTrack(rig, { trackId: 'tab', startedAtMs: at - 700 }, createConnection('other')),
    ]);
    const rows = await rig.database.selectFrom('tracks').select(['id', 'offsetMs']).orderBy('id').execute();
    expect(rows).toEqual([
      { id: 'microphone', offsetMs: 0 },
      { id: 'tab', offsetMs: 300 },
    ]);
  });

  it('[U2] the same new track twice at once answers both', async () => {
    const rig = await createRig();
    const both = await Promise.all([
      openTrack(rig, {}, createConnection('one')),
      openTrack(rig, {}, createConnection('two')),
    ]);
    expect(both.map(({ durable }) => durable)).toEqual([0, 0]);
    expect(await both[1].send(0, speech.subarray(0, 1000))).toBe(1000);
  });
});

describe('rows of chunks', () => {
  it('of one meeting that is deleted hold up no other', async () => {
    const rig = await createRig({ maxChunkMs: 2000 });
    await addMeeting(rig.database, 'meeting-2', Date.now());
    const deleted = await openTrack(rig, { trackId: 'deleted' });
    const kept = await openTrack(rig, { meetingId: 'meeting-2', trackId: 'kept' });
    await deleted.send(0, speech.subarray(0, 30_000));
    await kept.send(0, speech);
    await deleteRows(rig);
    expect(await kept.close(speech.length)).toBe(speech.length);
    expect((await chunksOf(rig, 'kept')).length).toBeGreaterThan(1);
  });

  it('[U11] are written whatever a client says it has captured', async () => {
    const rig = await createRig({ maxChunkMs: 2000 });
    const track = await openTrack(rig);
    await track.send(0, speech.subarray(0, 30_000), 1e300);
    await track.send(30_000, speech.subarray(30_000));
    expect(await track.close(speech.length, Number.MAX_VALUE)).toBe(speech.length);
    expect((await chunksOf(rig, 'track-1')).length).toBeGreaterThan(1);
  });
});

describe('a track that is no longer in memory', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('[U15] [U16] is answered as before when it was closed', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, speech);
    await track.close(speech.length);
    expect(await sweepUntil(() => rig.capture.liveTrack('track-1') === null)).toBe(true);
    expect(await track.close(speech.length)).toBe(speech.length);
    expect(await track.send(0, speech.subarray(0, 1000))).toBe(speech.length);
    await expect(track.send(speech.length, new Uint8Array(1))).rejects.toEqual(code('TRACK_CLOSED'));
  });

  it('[U17] is cut to its end after a crash, though its meeting has ended and its bytes are stored', async () => {
    let at = start;
    const rig = await createRig({ now: () => at, maxPartBytes: Math.ceil(speech.length / 3) });
    const track = await openTrack(rig);
    await rig.capture.endMeeting(rig.meetingId);
    await rig.database.updateTable('meetings').set({ endedAt: at, state: 'processing' }).execute();
    await track.send(0, speech);
    expect(await sweepUntil(() => rig.journal.extent('track-1') === null)).toBe(true);
    rig.capture = await rig.crash();
    at += captureLimits.disconnectedCutMs;
    expect(await sweepUntil(async () => (await chunksOf(rig, 'track-1')).at(-1)?.byteEnd === speech.length)).toBe(true);
  });

  it('is let go of for good when its meeting was deleted while it was being opened', async () => {
    let at = start;
    const rig = await createRig({ now: () => at });
    await openTrack(rig, { trackId: 'earlier' });
    await rig.capture.deleteAudio(rig.meetingId);
    const zombie = await openTrack(rig);
    await zombie.send(0, speech);
    await deleteRows(rig);
    rig.capture.disconnect(zombie.connection);
    at += captureLimits.disconnectedUnloadMs;
    expect(await sweepUntil(() => rig.capture.liveTrack('track-1') === null)).toBe(true);
    await expect.poll(() => rig.journal.extent('track-1')).toBeNull();
    expect(await objectsLeft(rig)).toBe(0);
  });
});

describe('parts', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('of a track that grows while they are stored leave the writers to others', async () => {
    const rig = await createRig({ maxPartBytes: 10_000 });
    const track = await openTrack(rig);
    let sent = 0;
    const grow = () => track.send(sent, speech.subarray(sent, (sent += 500)));
    for (let slices = 0; slices < 20; slices += 1) await grow();
    const put = rig.objects.put;
    let puts = 0;
    rig.objects.put = async (key, bytes) => {
      puts += 1;
      if (sent < 20_000) await grow();
      await put(key, bytes);
    };
    expect(await sweepUntil(() => puts > 0)).toBe(true);
    await turns(50);
    expect(puts).toBe(1);
    expect(await rig.database.selectFrom('parts').select(['byteStart', 'byteEnd']).execute()).toEqual([
      { byteStart: 0, byteEnd: 10_000 },
    ]);
  });

  it('that cannot be stored are tried again in a while, not at every look', async () => {
    let at = start;
    const rig = await createRig({ now: () => at, maxPartBytes: 10_000 });
    const track = await openTrack(rig);
    await track.send(0, speech.subarray(0, 15_000));
    const { put } = rig.objects;
    let puts = 0;
    rig.objects.put = async () => {
      puts += 1;
      throw new AppError('STORAGE_FULL', 'The disk is full.');
    };
    expect(await sweepUntil(() => puts > 0)).toBe(true);
    for (let sweeps = 0; sweeps < 5; sweeps += 1) await sweepOnce();
    expect(puts).toBe(1);
    rig.objects.put = put;
    at += captureLimits.partRetryMs;
    expect(await sweepUntil(() => rig.journal.extent('track-1') === null)).toBe(true);
  });
});

describe('deletion', () => {
  it('leaves no part that was being stored', async () => {
    const rig = await createRig({ maxPartBytes: 10_000 });
    const held = holdPuts(rig.objects);
    const track = await openTrack(rig);
    await track.send(0, speech);
    await track.close(speech.length);
    await expect.poll(() => held.waiting).toBe(1);
    const deleted = rig.capture.deleteAudio(rig.meetingId);
    await turns(5);
    held.release();
    await deleted;
    await deleteRows(rig);
    await turns(20);
    expect(await objectsLeft(rig)).toBe(0);
    expect(rig.journal.extent('track-1')).toBeNull();
  });

  it('leaves no playback file that was being made', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, speech);
    const held = holdPuts(rig.objects);
    const made = rig.capture.audio(ownerActor, rig.meetingId, undefined).catch((error: unknown) => error);
    await expect.poll(() => held.waiting).toBe(1);
    const deleted = rig.capture.deleteAudio(rig.meetingId);
    await turns(5);
    held.release();
    await Promise.all([deleted, made]);
    expect(await objectsLeft(rig)).toBe(0);
  });
});

it('[U16] keeps nothing of a closed track but what was acknowledged, though more is found after a crash', async () => {
  const rig = await createRig();
  const track = await openTrack(rig);
  await track.send(0, speech.subarray(0, 20_000));
  const { put } = rig.objects;
  rig.objects.put = () => Promise.reject(new AppError('STORAGE_FULL', 'The disk is full.'));
  await track.close(20_000);
  await rig.journal.append('track-1', 20_000, speech.subarray(20_000, 21_000));
  rig.objects.put = put;
  rig.capture = await rig.crash();
  expect((await openTrack(rig, {}, createConnection('next'))).durable).toBe(20_000);
  await expect.poll(() => rig.journal.extent('track-1'), { timeout: 10_000 }).toBeNull();
  const parts = await rig.database.selectFrom('parts').select(['byteStart', 'byteEnd']).execute();
  expect(parts).toEqual([{ byteStart: 0, byteEnd: 20_000 }]);
});

describe('damage', () => {
  it('to one track keeps no meeting from ending', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, speech.subarray(0, 20_000));
    await rig.database
      .updateTable('tracks')
      .set({ cutterState: new Uint8Array([1, 2, 3]) })
      .execute();
    const fine = await openTrack(rig, { trackId: 'fine' });
    await fine.send(0, speech.subarray(0, 20_000));
    rig.capture = await rig.crash();
    await rig.capture.endMeeting(rig.meetingId);
    expect(await chunksOf(rig, 'fine')).toHaveLength(1);
  });

  it('to a stored part is said, and never read as other bytes', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, speech);
    await track.close(speech.length);
    await expect.poll(() => rig.journal.extent('track-1')).toBeNull();
    const [chunk] = await chunksOf(rig, 'track-1');
    await rig.objects.put('tracks/track-1/parts/000000000000', speech.subarray(0, 5000));
    await expect(readChunkAudio(rig.capture, chunk!)).rejects.toEqual(code('STORAGE_FAILED'));
  });
});

it('[U22] drains though the database takes nothing', async () => {
  const rig = await createRig({ maxChunkMs: 2000 });
  const track = await openTrack(rig);
  await track.send(0, speech);
  await rig.database.destroy();
  await expect(rig.capture.drain()).resolves.toBeUndefined();
});

/** Lets what is ready go on. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function sweepOnce(): Promise<void> {
  vi.advanceTimersByTime(captureLimits.sweepEveryMs);
  await turns(10);
}

/** Whether it comes to be so while time goes on. */
async function sweepUntil(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let sweeps = 0; sweeps < 40; sweeps += 1) {
    if (await isSo()) return true;
    await sweepOnce();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

/** Appends wait until they are released, as on a slow disk. */
function holdAppends(journal: Journal): { journal: Journal; release(): void } {
  const gate = Promise.withResolvers<void>();
  const append: Journal['append'] = async (trackId, offset, slice) => {
    await gate.promise;
    await journal.append(trackId, offset, slice);
  };
  return { journal: { ...journal, append }, release: gate.resolve };
}

/** Appends are answered as the test says; nothing is kept. */
function answeredByHand(): { journal: Journal; answers: PromiseWithResolvers<void>[] } {
  const answers: PromiseWithResolvers<void>[] = [];
  const append: Journal['append'] = () => {
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    return answer.promise;
  };
  return { journal: { ...createMemoryJournal(), append }, answers };
}

/** Puts have read what they are given, and then wait. */
function holdPuts(objects: Objects): { readonly waiting: number; release(): void } {
  const gate = Promise.withResolvers<void>();
  const { put } = objects;
  let waiting = 0;
  objects.put = async (key, bytes) => {
    const whole = bytes instanceof Uint8Array ? bytes : Buffer.concat(await Array.fromAsync(bytes));
    waiting += 1;
    await gate.promise;
    await put(key, whole);
  };
  return {
    get waiting() {
      return waiting;
    },
    release: gate.resolve,
  };
}
