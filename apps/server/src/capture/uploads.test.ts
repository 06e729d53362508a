import { collectGarbage } from '@hansard/headroom';
import { limits } from '@hansard/protocol';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { ownerActor } from '../identity/index.ts';
import { createMemoryJournal, type Journal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import { addMeeting, createConnection, createRig, openTrack, slicesOf, speech } from './testing.ts';

const code = (name: string, more: object = {}) => expect.objectContaining({ code: name, ...more });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('tracks', () => {
  it('[U1] belong to one meeting for ever', async () => {
    const rig = await createRig();
    await openTrack(rig);
    await addMeeting(rig.database, 'meeting-2', Date.now());
    await expect(openTrack(rig, { meetingId: 'meeting-2' })).rejects.toEqual(code('CONFLICT'));
    await expect(openTrack(rig, { meetingId: 'nowhere', trackId: 'track-2' })).rejects.toEqual(code('NOT_FOUND'));
  });

  it('[U2] say at every open where to go on from, after a crash too', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    expect(track.durable).toBe(0);
    await track.send(0, speech.subarray(0, 3000));
    expect(await track.open()).toBe(3000);
    rig.capture = await rig.crash();
    expect((await openTrack(rig)).durable).toBe(3000);
  });

  it('[U3] of a kind that cannot be cut are refused before a byte is sent', async () => {
    const rig = await createRig();
    for (const mimeType of ['audio/mp4', 'video/webm;codecs=vp9', 'text/html', 'audio/webm;codecs=pcm']) {
      await expect(openTrack(rig, { mimeType })).rejects.toEqual(code('UNSUPPORTED_MEDIA'));
    }
    expect((await openTrack(rig, { mimeType: 'audio/ogg; codecs=opus' })).durable).toBe(0);
  });

  it('[U4] are placed by the server’s clock, the first at 0', async () => {
    let at = 1_800_000_000_000;
    const rig = await createRig({ now: () => at });
    const offsetOf = async (trackId: string) =>
      (await rig.database.selectFrom('tracks').select('offsetMs').where('id', '=', trackId).executeTakeFirstOrThrow())
        .offsetMs;
    at += 20_000;
    await openTrack(rig, { trackId: 'first', startedAtMs: at - 500 });
    expect(await offsetOf('first')).toBe(0);
    at += 60_000;
    // A client whose clock is an hour late, and that recorded 10 s before it could be heard.
    const late = at - 3_600_000;
    await openTrack(rig, { trackId: 'skewed', startedAtMs: late - 10_000, sentAtMs: late });
    expect(await offsetOf('skewed')).toBe(50_500);
    await openTrack(rig, { trackId: 'relative', startedAtMs: 12_000 });
    expect(await offsetOf('relative')).toBe(12_000);
    await openTrack(rig, { trackId: 'future', startedAtMs: at + 99_000 });
    expect(await offsetOf('future')).toBe(60_500);
  });

  it('[U5] may continue one that is not here yet', async () => {
    const rig = await createRig();
    await openTrack(rig, { trackId: 'later', continues: 'earlier' });
    const { tracks } = { tracks: await rig.database.selectFrom('tracks').select(['id', 'continues']).execute() };
    expect(tracks).toEqual([{ id: 'later', continues: 'earlier' }]);
  });
});

describe('slices', () => {
  it('[U6] are answered with what is on disk, in a number that never falls', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    const answers = await Promise.all([...slicesOf(speech, 4000)].map(([offset, slice]) => track.send(offset, slice)));
    expect(answers.toSorted((a, b) => a - b)).toEqual(answers);
    expect(answers.at(-1)).toBe(speech.length);
    expect(Buffer.from(await rig.journal.read('track-1', 0, speech.length))).toEqual(speech);
  });

  it('[U7] are trimmed where they overlap what is there', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, bytes('abcdef'));
    expect(await track.send(2, bytes('XXXXgh'))).toBe(8);
    expect(await track.send(0, bytes('ZZZ'))).toBe(8);
    expect(Buffer.from(await rig.journal.read('track-1', 0, 8)).toString()).toBe('abcdefgh');
  });

  it('[U7] that bring nothing new wait for what they cover', async () => {
    const held = holdAppends(createMemoryJournal());
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const first = track.send(0, bytes('abc'));
    let answered = false;
    const again = track.send(0, bytes('abc')).then((durable) => {
      answered = true;
      return durable;
    });
    await new Promise((done) => setImmediate(done));
    expect(answered).toBe(false);
    held.release();
    expect(await Promise.all([first, again])).toEqual([3, 3]);
  });

  it('[U8] behind a hole are answered with where to go on', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, bytes('abc'));
    await expect(track.send(4, bytes('efg'))).rejects.toEqual(code('HOLE', { durable: 3 }));
    expect(await track.send(3, bytes('defg'))).toBe(7);
  });

  it('[U9] may be sent ahead of answers up to a bound', async () => {
    const held = holdAppends(createMemoryJournal());
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const ahead = Array.from({ length: limits.maxSlicesInFlight }, (_, index) => track.send(index, bytes('a')));
    await expect(track.send(limits.maxSlicesInFlight, bytes('a'))).rejects.toEqual(code('TOO_MANY'));
    held.release();
    expect((await Promise.all(ahead)).at(-1)).toBe(limits.maxSlicesInFlight);
    expect(await track.send(limits.maxSlicesInFlight, bytes('a'))).toBe(limits.maxSlicesInFlight + 1);
  });

  it('wait for the disk without the buffers that they came in', async () => {
    const held = holdAppends(createMemoryJournal());
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const came: WeakRef<Uint8Array>[] = [];
    const send = (at: number): Promise<number> => {
      const slice = new Uint8Array(1000).fill(at);
      came.push(new WeakRef(slice));
      return track.send(at * slice.length, slice);
    };
    const answers = Array.from({ length: 10 }, (_, at) => send(at));
    for (let turn = 0; turn < 3; turn += 1) {
      // What a WeakRef was made of is held until its turn is over.
      await new Promise((done) => setImmediate(done));
      collectGarbage();
    }
    expect(came.filter((slice) => slice.deref() !== undefined)).toHaveLength(0);
    held.release();
    expect((await Promise.all(answers)).at(-1)).toBe(10_000);
    expect(Buffer.from(await rig.journal.read('track-1', 3000, 4000))).toEqual(Buffer.alloc(1000, 3));
  });

  it('[U10] that a failing disk did not take are asked for again', async () => {
    const disk = failingJournal();
    const rig = await createRig({ journal: disk.journal });
    const track = await openTrack(rig);
    await track.send(0, bytes('abc'));
    disk.fail = true;
    const lost = [track.send(3, bytes('def')), track.send(6, bytes('ghi'))];
    for (const slice of lost) await expect(slice).rejects.toEqual(code('STORAGE_FULL', { retryable: true }));
    await expect(track.send(9, bytes('jkl'))).rejects.toEqual(code('HOLE', { durable: 3 }));
    disk.fail = false;
    expect(await track.send(3, bytes('defghijkl'))).toBe(12);
  });

  it('[U11] say how much was captured, which never falls', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, bytes('abc'), 750);
    await track.send(3, bytes('def'), 500);
    expect(rig.capture.liveTrack('track-1')).toMatchObject({ capturedMs: 750, durable: 6, connected: true });
  });

  it('[U18] and tracks have a largest size', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await expect(track.send(0, new Uint8Array(0))).rejects.toEqual(code('BAD_REQUEST'));
    await expect(track.send(0, new Uint8Array(limits.maxSliceBytes + 1))).rejects.toEqual(code('TOO_LARGE'));
    await expect(track.send(limits.maxTrackBytes, bytes('a'))).rejects.toEqual(code('TOO_LARGE'));
    expect(await track.send(0, new Uint8Array(limits.maxSliceBytes))).toBe(limits.maxSliceBytes);
  });

  it('[U19] come no faster than they may', async () => {
    let at = 1_800_000_000_000;
    const rig = await createRig({ now: () => at });
    const track = await openTrack(rig);
    for (let sent = 0; sent < captureLimits.maxSlicesPerSecond; sent += 1) await track.send(sent, bytes('a'));
    const next = captureLimits.maxSlicesPerSecond;
    await expect(track.send(next, bytes('a'))).rejects.toEqual(code('TOO_MANY', { retryAfterMs: expect.any(Number) }));
    at += 1000;
    expect(await track.send(next, bytes('a'))).toBe(next + 1);
  });

  it('[U23] that are no audio are kept all the same', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    const noise = crypto.getRandomValues(new Uint8Array(20_000));
    expect(await track.send(0, noise)).toBe(noise.length);
    expect(await track.close(noise.length)).toBe(noise.length);
  });
});

describe('connections', () => {
  it('[U12] take a track over from an older one, which is told', async () => {
    const rig = await createRig();
    const older = await openTrack(rig, {}, createConnection('older'));
    await older.send(0, bytes('abc'));
    const newer = await openTrack(rig, {}, createConnection('newer'));
    expect(older.connection.lost).toEqual(['track-1']);
    await expect(older.send(3, bytes('def'))).rejects.toEqual(code('TRACK_TAKEN', { retryable: false }));
    expect(newer.durable).toBe(3);
    expect(await newer.send(3, bytes('def'))).toBe(6);
    // And back again.
    expect(await older.open()).toBe(6);
    expect(newer.connection.lost).toEqual(['track-1']);
  });

  it('[U13] that never opened the track feed nothing', async () => {
    const rig = await createRig();
    await openTrack(rig);
    const stranger = { trackId: 'track-1', offset: 0, bytes: bytes('abc') };
    await expect(rig.capture.writeSlice(createConnection('stranger'), stranger)).rejects.toEqual(
      code('TRACK_NOT_OPEN'),
    );
  });

  it('[U14] that are lost close nothing', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, bytes('abc'));
    rig.capture.disconnect(track.connection);
    expect(rig.capture.liveTrack('track-1')).toMatchObject({ connected: false, durable: 3 });
    expect((await openTrack(rig, {}, createConnection('next'))).durable).toBe(3);
  });

  it('[U18] feed a bounded number of tracks', async () => {
    const rig = await createRig();
    const connection = createConnection();
    for (let count = 0; count < limits.maxTracksPerSocket; count += 1) {
      await openTrack(rig, { trackId: `track-${count}` }, connection);
    }
    await expect(openTrack(rig, { trackId: 'one-more' }, connection)).rejects.toEqual(code('TOO_MANY'));
  });
});

describe('the end', () => {
  it('[U15] of a track comes when all its bytes are durable, and can be told again', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, speech.subarray(0, 5000));
    await expect(track.close(speech.length)).rejects.toEqual(code('HOLE', { durable: 5000 }));
    await track.send(5000, speech.subarray(5000));
    expect(await track.close(speech.length, 8000)).toBe(speech.length);
    expect(await track.close(speech.length)).toBe(speech.length);
    const row = await rig.database.selectFrom('tracks').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: 'closed', length: speech.length, capturedMs: 8000 });
  });

  it('[U15] waits for slices that are under way', async () => {
    const held = holdAppends(createMemoryJournal());
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const sent = track.send(0, bytes('abc'));
    const closed = track.close(3);
    held.release();
    expect(await Promise.all([sent, closed])).toEqual([3, 3]);
  });

  it('[U16] leaves a track that takes no more bytes', async () => {
    const rig = await createRig();
    const track = await openTrack(rig);
    await track.send(0, bytes('abc'));
    await track.close(3);
    await expect(track.send(3, bytes('def'))).rejects.toEqual(code('TRACK_CLOSED'));
    expect(await track.send(1, bytes('bc'))).toBe(3);
  });

  it('[U17] of a meeting leaves room for what was recorded before it', async () => {
    const at = 1_800_000_000_000;
    const rig = await createRig({ now: () => at });
    const track = await openTrack(rig);
    const endedAt = at - 60_000;
    await rig.database
      .updateTable('meetings')
      .set({ endedAt, createdAt: at - 600_000 })
      .execute();
    expect(await track.send(0, bytes('late'))).toBe(4);
    const opened = openTrack(rig, { trackId: 'offline', startedAtMs: endedAt - 1000 });
    expect((await opened).durable).toBe(0);
    const after = openTrack(rig, { trackId: 'after', startedAtMs: at });
    await expect(after).rejects.toEqual(code('MEETING_ENDED'));
  });

  it('[U22] of the server answers what is under way and takes nothing new', async () => {
    const held = holdAppends(createMemoryJournal());
    const rig = await createRig({ journal: held.journal });
    const track = await openTrack(rig);
    const sent = track.send(0, bytes('abc'));
    const drained = rig.capture.drain();
    await expect(track.send(3, bytes('def'))).rejects.toEqual(code('DRAINING'));
    await expect(openTrack(rig, { trackId: 'new' })).rejects.toEqual(code('DRAINING'));
    held.release();
    expect(await sent).toBe(3);
    await drained;
  });
});

it('lets nobody record without the right to', async () => {
  const rig = await createRig();
  const reader = { ...ownerActor, rights: new Set(['read'] as const) };
  const request = {
    meetingId: rig.meetingId,
    trackId: 't',
    kind: 'microphone',
    mimeType: 'audio/webm',
    startedAtMs: 0,
  } as const;
  await expect(rig.capture.openTrack(reader, createConnection(), request)).rejects.toEqual(code('FORBIDDEN'));
});

/** Appends wait until they are released, as on a slow disk. */
function holdAppends(journal: Journal): { journal: Journal; release(): void } {
  const gate = Promise.withResolvers<void>();
  const append: Journal['append'] = async (trackId, offset, slice) => {
    await gate.promise;
    await journal.append(trackId, offset, slice);
  };
  return { journal: { ...journal, append }, release: gate.resolve };
}

function failingJournal(): { journal: Journal; fail: boolean } {
  const journal = createMemoryJournal();
  const disk = {
    fail: false,
    journal: {
      ...journal,
      append: async (trackId: string, offset: number, slice: Uint8Array) => {
        await Promise.resolve();
        if (disk.fail) throw new AppError('STORAGE_FULL', 'The disk is full.');
        await journal.append(trackId, offset, slice);
      },
    },
  };
  return disk;
}
