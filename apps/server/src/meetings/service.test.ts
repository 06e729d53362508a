import { describe, expect, test, vi } from 'vitest';
import { segmentRowid, type MinutesRow } from '../adapters/database/index.ts';
import { segmentRow } from '../adapters/database/testing.ts';
import { ownerActor, type Actor } from '../identity/index.ts';
import { startMeetings } from './testing.ts';

const stranger: Actor = { ...ownerActor, workspaceId: 'elsewhere' };
const reader: Actor = { ...ownerActor, rights: new Set(['read']) };
const minute = 60_000;

function minutesRow(meetingId: string, changes: Partial<MinutesRow>): MinutesRow {
  return {
    id: 'minutes',
    meetingId,
    state: 'running',
    progress: 0,
    template: 'general',
    engine: 'local',
    fallbackReason: null,
    transcriptSeq: 1,
    body: '{}',
    error: null,
    createdAt: 0,
    ...changes,
  };
}

describe('a meeting', () => {
  test('is live from the moment it is made, with a title of its own where it was given none', async () => {
    const { meetings } = startMeetings({ now: () => Date.UTC(2026, 10, 20, 12) });
    const made = await meetings.create(ownerActor, {});
    expect(made).toMatchObject({ state: 'live', kind: 'meeting', seq: 0, people: [], durationMs: 0, hasGaps: false });
    expect(made.title).toContain('20 November 2026');
    expect(await meetings.get(ownerActor, made.id)).toEqual({
      ...made,
      tracks: [],
      ledger: { capturedMs: 0, durableMs: 0, transcribedMs: 0, gaps: [] },
      failures: [],
      behindMs: null,
    });
  });

  test('is nobody’s business in another workspace', async () => {
    const { meetings } = startMeetings();
    const { id } = await meetings.create(ownerActor, {});
    const missing = { code: 'NOT_FOUND' };
    await expect(meetings.get(stranger, id)).rejects.toMatchObject(missing);
    await expect(meetings.patch(stranger, id, { title: 'Mine' })).rejects.toMatchObject(missing);
    await expect(meetings.end(stranger, id)).rejects.toMatchObject(missing);
    await expect(meetings.delete(stranger, id)).rejects.toMatchObject(missing);
    expect((await meetings.list(stranger, { limit: 10 })).meetings).toEqual([]);
    expect((await meetings.list(stranger, { limit: 10, q: 'meeting' })).meetings).toEqual([]);
    expect((await meetings.get(ownerActor, id)).state).toBe('live');
  });

  test('is changed, ended and deleted only by those who may', async () => {
    const { meetings } = startMeetings();
    const { id } = await meetings.create(ownerActor, {});
    const forbidden = { code: 'FORBIDDEN' };
    await expect(meetings.create(reader, {})).rejects.toMatchObject(forbidden);
    await expect(meetings.patch(reader, id, { title: 'Mine' })).rejects.toMatchObject(forbidden);
    await expect(meetings.end(reader, id)).rejects.toMatchObject(forbidden);
    await expect(meetings.delete(reader, id)).rejects.toMatchObject(forbidden);
    expect((await meetings.get(reader, id)).id).toBe(id);
  });

  test('tells its viewers of a new title', async () => {
    const { meetings, events } = startMeetings();
    const { id } = await meetings.create(ownerActor, { title: 'Weekly' });
    const patched = await meetings.patch(ownerActor, id, { title: 'Planning' });
    expect(patched).toMatchObject({ title: 'Planning', kind: 'meeting' });
    expect(events).toEqual([{ type: 'meeting', meeting: patched }]);
  });

  test('shows its tracks as they are in memory, what failed, and how far text is behind', async () => {
    const { meetings, addTrack, putChunk, liveTracks } = startMeetings();
    const { id } = await meetings.create(ownerActor, {});
    await addTrack(id, 'a', { participant: 'Ana', durableMs: 30_000, capturedMs: 30_000, storedBytes: 1000 });
    liveTracks.set('a', { durable: 4000, durableMs: 41_000, capturedMs: 42_000, connected: true });
    await putChunk(id, 'a', { id: 'c1', startMs: 0, state: 'done' });
    await putChunk(id, 'a', { id: 'c2', startMs: 10_000, state: 'failed', error: 'The engine answered 500.' });
    await putChunk(id, 'a', { id: 'c3', startMs: 20_000, state: 'silent' });
    await putChunk(id, 'a', { id: 'c4', startMs: 30_000, state: 'waiting' });
    await meetings.refresh(id);
    expect(await meetings.get(ownerActor, id)).toMatchObject({
      durationMs: 41_000,
      people: ['Ana'],
      hasGaps: true,
      failedChunks: 1,
      openChunks: 1,
      tracks: [{ id: 'a', participant: 'Ana', durable: 4000, durableMs: 41_000, capturedMs: 42_000 }],
      ledger: { capturedMs: 42_000, durableMs: 41_000, transcribedMs: 20_000, gaps: [] },
      failures: [{ id: 'c2', trackId: 'a', startMs: 10_000, endMs: 20_000, message: 'The engine answered 500.' }],
      behindMs: 11_000,
    });
  });
});

describe('the state of a meeting', () => {
  test('goes from live over processing to done as its chunks settle and its minutes are made', async () => {
    const startMinutes = vi.fn<(meetingId: string) => Promise<void>>(async (meetingId) => {
      await database.insertInto('minutes').values(minutesRow(meetingId, {})).execute();
    });
    const { meetings, addTrack, putChunk, database, events } = startMeetings({ startMinutes, now: () => 5000 });
    const { id } = await meetings.create(ownerActor, {});
    const state = async () => {
      await meetings.refresh(id);
      return (await meetings.get(ownerActor, id)).state;
    };
    await addTrack(id, 'a');
    await putChunk(id, 'a', { id: 'c1' });
    expect(await state()).toBe('live');

    expect(await meetings.end(ownerActor, id)).toMatchObject({ state: 'processing', endedAt: 5000 });
    await database.updateTable('meetings').set({ seq: 1 }).execute();
    expect(await state()).toBe('processing');
    expect(startMinutes).not.toHaveBeenCalled();
    await putChunk(id, 'a', { id: 'c1', state: 'done' });
    expect(await state()).toBe('processing');
    expect(startMinutes).toHaveBeenCalledExactlyOnceWith(id);

    await database.updateTable('minutes').set({ state: 'done' }).execute();
    expect(await state()).toBe('done');
    expect(startMinutes).toHaveBeenCalledOnce();
    const states = events.map((event) => event.type === 'meeting' && event.meeting.state);
    expect(states).toEqual(['live', 'processing', 'processing', 'processing', 'done']);
  });

  test('a meeting without a word is done at once, and has no minutes', async () => {
    const startMinutes = vi.fn<(meetingId: string) => Promise<void>>().mockResolvedValue();
    const { meetings } = startMeetings({ startMinutes });
    const { id } = await meetings.create(ownerActor, {});
    expect((await meetings.end(ownerActor, id)).state).toBe('done');
    expect(startMinutes).not.toHaveBeenCalled();
  });

  test.each([
    ['can’t be started', () => Promise.reject(new Error('no engine'))],
    ['are not wanted', () => Promise.resolve()],
  ])('minutes that %s hold nobody up', async (_, startMinutes) => {
    const { meetings, database } = startMeetings({ startMinutes });
    const { id } = await meetings.create(ownerActor, {});
    await database.updateTable('meetings').set({ seq: 1 }).execute();
    expect((await meetings.end(ownerActor, id)).state).toBe('done');
  });

  test('late audio takes a meeting that was done back to processing', async () => {
    const { meetings, addTrack, liveTracks, database } = startMeetings();
    const { id } = await meetings.create(ownerActor, {});
    await addTrack(id, 'a');
    expect((await meetings.end(ownerActor, id)).state).toBe('done');
    liveTracks.set('a', { durable: 1, durableMs: 1, capturedMs: 1, connected: true });
    await meetings.refresh(id);
    expect((await meetings.get(ownerActor, id)).state).toBe('processing');
    await database.updateTable('tracks').set({ state: 'closed', length: 1 }).execute();
    await meetings.refresh(id);
    expect((await meetings.get(ownerActor, id)).state).toBe('done');
  });

  test('ending again keeps the time of the first, and makes up for tracks that could not be closed', async () => {
    let time = 1000;
    const closeTracks = vi.fn<(meetingId: string) => Promise<void>>().mockResolvedValue();
    closeTracks.mockRejectedValueOnce(new Error('the disk is away'));
    const { meetings, addTrack } = startMeetings({ closeTracks, now: () => time });
    const { id } = await meetings.create(ownerActor, {});
    await addTrack(id, 'captions', { kind: 'captions' });
    time = 2000;
    await expect(meetings.end(ownerActor, id)).rejects.toThrow('the disk is away');
    time = 3000;
    expect(await meetings.end(ownerActor, id)).toMatchObject({ endedAt: 2000, tracks: [{ state: 'closed' }] });
    expect(closeTracks.mock.calls).toEqual([[id], [id]]);
  });

  test('after a start, meetings that a crash left in processing find their state', async () => {
    const { meetings, database } = startMeetings();
    const ended = await meetings.create(ownerActor, {});
    const live = await meetings.create(ownerActor, {});
    await database
      .updateTable('meetings')
      .set({ state: 'processing', endedAt: 1 })
      .where('id', '=', ended.id)
      .execute();
    expect(await meetings.recover()).toBe(1);
    expect((await meetings.get(ownerActor, ended.id)).state).toBe('done');
    expect((await meetings.get(ownerActor, live.id)).state).toBe('live');
  });
});

test('a gap is on the meeting while it lasts, and goes when the audio comes', async () => {
  const { meetings, addTrack, liveTracks } = startMeetings();
  const { id } = await meetings.create(ownerActor, {});
  await addTrack(id, 'a', { capturedMs: 2 * minute, durableMs: minute });
  await meetings.refresh(id);
  expect((await meetings.list(ownerActor, { limit: 10, state: 'gaps' })).meetings).toMatchObject([
    { id, hasGaps: true },
  ]);
  expect((await meetings.get(ownerActor, id)).ledger.gaps).toEqual([
    { startMs: minute, endMs: 2 * minute, reason: 'not-received', trackId: 'a' },
  ]);
  liveTracks.set('a', { durable: 1, durableMs: 2 * minute, capturedMs: 2 * minute, connected: false });
  await meetings.refresh(id);
  expect((await meetings.list(ownerActor, { limit: 10, state: 'gaps' })).meetings).toEqual([]);
});

test('refreshes that overlap lose nothing of each other', async () => {
  const { meetings, addTrack, events } = startMeetings();
  const { id } = await meetings.create(ownerActor, {});
  const names = Array.from({ length: 10 }, (_, index) => `Voice ${index}`);
  await Promise.all(
    names.map(async (participant, index) => {
      await addTrack(id, `t${index}`, { participant, offsetMs: index });
      await meetings.refresh(id);
    }),
  );
  expect((await meetings.get(ownerActor, id)).people.toSorted()).toEqual(names);
  expect(events.length).toBeLessThan(10);
});

test('deletion removes rows and audio, says what it removed, and tells viewers', async () => {
  const deleteAudio = vi.fn<(meetingId: string) => Promise<number>>().mockResolvedValue(12_345);
  const { meetings, database, addTrack, putChunk, events } = startMeetings({ deleteAudio });
  const { id } = await meetings.create(ownerActor, { title: 'Secret' });
  const kept = await meetings.create(ownerActor, { title: 'Kept' });
  await addTrack(id, 'a');
  await putChunk(id, 'a', { id: 'c1' });
  await database.insertInto('parts').values({ trackId: 'a', byteStart: 0, byteEnd: 9, objectKey: 'k' }).execute();
  await database.insertInto('minutes').values(minutesRow(id, {})).execute();
  const document = { id: 'd', meetingId: id, name: 'plan.pdf', bytes: 9, passages: 0, progressDone: 0 };
  await database
    .insertInto('documents')
    .values({ ...document, state: 'ready', createdAt: 1 })
    .execute();
  const lines = Array.from({ length: 1200 }, (_, index) => ({
    ...segmentRow(`s${index}`, id, index + 1),
    rowid: segmentRowid(1, index + 1),
  }));
  for (let at = 0; at < lines.length; at += 400) {
    await database
      .insertInto('segments')
      .values(lines.slice(at, at + 400))
      .execute();
  }
  expect(await meetings.delete(ownerActor, id)).toEqual({
    deleted: { tracks: 1, parts: 1, chunks: 1, segments: 1200, minutes: 1, documents: 1, audioBytes: 12_345 },
  });
  expect(deleteAudio).toHaveBeenCalledExactlyOnceWith(id);
  expect(events).toEqual([{ type: 'meeting:deleted', meetingId: id }]);
  for (const table of ['tracks', 'parts', 'chunks', 'segments', 'minutes', 'documents'] as const) {
    expect(await database.selectFrom(table).selectAll().execute()).toEqual([]);
  }
  await expect(meetings.get(ownerActor, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await meetings.list(ownerActor, { limit: 10 })).meetings.map((each) => each.id)).toEqual([kept.id]);
  await meetings.refresh(id);
});
