import { describe, expect, test } from 'vitest';
import { ownerActor, type Actor } from '../identity/index.ts';
import { collect, startTranscript } from './testing.ts';

const stranger: Actor = { ...ownerActor, workspaceId: 'elsewhere' };
const reader: Actor = { ...ownerActor, rights: new Set(['read']) };

describe('lines of an engine', () => {
  test('take the next revisions, lengthen the meeting and name its people', async () => {
    const { append, all, published, meetings, meetingId } = await startTranscript();
    const segments = await append('a', 'Ana', ['one', '  ', 'two\0']);
    expect(segments).toMatchObject([
      { seq: 1, trackId: 'a', speaker: 'Ana', startMs: 0, endMs: 900, text: 'one', final: true },
      { seq: 2, text: 'two', startMs: 2000 },
    ]);
    expect(await all()).toEqual(segments);
    expect(published()).toEqual(segments);
    expect(await meetings.get(ownerActor, meetingId)).toMatchObject({ seq: 2, durationMs: 2900, people: ['Ana'] });
    expect(await append('a', null, ['', ' '])).toEqual([]);
  });

  test('leave nothing where their transaction fails', async () => {
    const { database, transcript, meetingId, all, seq } = await startTranscript();
    const lines = [{ startMs: 0, endMs: 1, text: 'lost' }];
    const failed = database.transaction().execute(async (trx) => {
      await transcript.appendSegments(trx, { meetingId, trackId: 'a', chunkId: 'c', speaker: null, lines });
      throw new Error('the chunk was claimed by another');
    });
    await expect(failed).rejects.toThrow('claimed by another');
    expect(await all()).toEqual([]);
    expect(await seq()).toBe(0);
  });

  test('of a meeting that is gone are refused', async () => {
    const { database, transcript } = await startTranscript();
    const lines = [{ startMs: 0, endMs: 1, text: 'late' }];
    const input = { meetingId: 'gone', trackId: 'a', chunkId: 'c', speaker: null, lines };
    const failed = database.transaction().execute((trx) => transcript.appendSegments(trx, input));
    await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('many writers at once: viewers hear of every revision once, in order', async () => {
  const { append, send, published, all } = await startTranscript();
  const writers = Array.from({ length: 30 }, (_, index) =>
    index % 2 ? append('a', null, ['one', 'two']) : send([{ externalId: `e${index}` }, { externalId: `f${index}` }]),
  );
  await Promise.all(writers);
  expect(published().map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(await all()).toEqual(published());
});

describe('reading on from a revision', () => {
  test('gives exactly what was written since, page by page, tombstones included', async () => {
    const { append, transcript, meetingId } = await startTranscript();
    const segments = await append('a', 'Ana', ['one', 'two', 'three', 'four', 'five']);
    await transcript.remove(ownerActor, { meetingId, segmentId: segments[0]!.id });
    const read = (since: number, limit: number) => transcript.page(ownerActor, meetingId, { since, limit });
    const first = await read(2, 3);
    expect(first).toMatchObject({
      segments: [{ text: 'three' }, { text: 'four' }, { text: 'five' }],
      cursor: 5,
      more: true,
    });
    const second = await read(first.cursor, 3);
    expect(second).toMatchObject({ segments: [{ id: segments[0]!.id, text: '', deleted: true, seq: 6 }], more: false });
    expect(await read(second.cursor, 3)).toEqual({ segments: [], cursor: 6, more: false });
  });

  test('a viewer that comes and goes has in the end what is there', async () => {
    const { append, send, transcript, meetingId, all } = await startTranscript();
    const seen = new Map<string, string>();
    let since = 0;
    const catchUp = async () => {
      for (let more = true; more;) {
        const page = await transcript.page(ownerActor, meetingId, { since, limit: 2 });
        for (const { id, text, deleted } of page.segments) {
          if (deleted) seen.delete(id);
          else seen.set(id, text);
        }
        ({ cursor: since, more } = page);
      }
    };
    const [line] = await append('a', null, ['one', 'two', 'three']);
    await catchUp();
    await send([{ externalId: 'e', text: 'half' }]);
    await transcript.patch(ownerActor, { meetingId, segmentId: line!.id }, { text: 'first' });
    await send([{ externalId: 'e', text: 'half a line' }]);
    await transcript.remove(ownerActor, { meetingId, segmentId: line!.id });
    await catchUp();
    const there = (await all()).filter(({ deleted }) => !deleted);
    expect(seen).toEqual(new Map(there.map(({ id, text }) => [id, text])));
    expect([...seen.values()].toSorted()).toEqual(['half a line', 'three', 'two']);
  });
});

describe('a correction', () => {
  test('stands, is marked, and is told', async () => {
    const { append, transcript, meetingId, published } = await startTranscript();
    const [line] = await append('a', 'Ana', ['wrong']);
    const key = { meetingId, segmentId: line!.id };
    const patched = await transcript.patch(ownerActor, key, { text: 'right', speaker: 'Ben' });
    expect(patched).toEqual({ ...line, seq: 2, text: 'right', speaker: 'Ben', edited: true });
    expect(published().at(-1)).toEqual(patched);
    expect(await transcript.patch(ownerActor, key, { text: 'right' })).toEqual(patched);
    expect(await transcript.patch(ownerActor, key, { speaker: null })).toMatchObject({ seq: 3, speaker: null });
  });

  test('waits until a live line is final, whose end it would cut off', async () => {
    const { send, all, transcript, meetings, meetingId } = await startTranscript();
    await send([{ text: 'half a', final: false }]);
    const key = { meetingId, segmentId: (await all())[0]!.id };
    await expect(transcript.patch(ownerActor, key, { text: 'x' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await meetings.end(ownerActor, meetingId);
    expect(await transcript.patch(ownerActor, key, { text: 'half a line' })).toMatchObject({
      final: true,
      edited: true,
    });
  });

  test('needs the right, the workspace and the line', async () => {
    const { append, transcript, meetings, meetingId } = await startTranscript();
    const [line] = await append('a', null, ['words']);
    const other = await meetings.create(ownerActor, {});
    const key = { meetingId, segmentId: line!.id };
    const missing = { code: 'NOT_FOUND' };
    await expect(transcript.patch(reader, key, { text: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(transcript.remove(reader, key)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(transcript.patch(stranger, key, { text: 'x' })).rejects.toMatchObject(missing);
    await expect(transcript.remove(stranger, key)).rejects.toMatchObject(missing);
    await expect(transcript.page(stranger, meetingId, { since: 0, limit: 1 })).rejects.toMatchObject(missing);
    await expect(transcript.renameSpeaker(stranger, meetingId, { from: null, to: 'x' })).rejects.toMatchObject(missing);
    await expect(transcript.patch(ownerActor, { ...key, meetingId: other.id }, { text: 'x' })).rejects.toMatchObject(
      missing,
    );
  });
});

test('a deleted line leaves a tombstone without its words, and comes back where it is given them', async () => {
  const { append, transcript, meetingId, published, database } = await startTranscript();
  const [line] = await append('a', 'Ana', ['a secret']);
  const key = { meetingId, segmentId: line!.id };
  expect(await transcript.remove(ownerActor, key)).toEqual(line);
  expect(published().at(-1)).toEqual({ ...line, seq: 2, text: '', speaker: null, deleted: true });
  const rows = await database.selectFrom('segments').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('secret');

  await transcript.remove(ownerActor, key);
  expect(published()).toHaveLength(2);
  await expect(transcript.patch(ownerActor, key, { speaker: 'Ben' })).rejects.toMatchObject({ code: 'CONFLICT' });
  const back = await transcript.patch(ownerActor, key, { text: 'a secret', speaker: 'Ana' });
  expect(back).toEqual({ ...line, seq: 3, edited: true });
});

describe('renaming a speaker', () => {
  test('changes all lines at once, the tracks, the people, and what is still to come', async () => {
    const { append, send, transcript, meetingId, addTrack, meetings, published, all } = await startTranscript();
    await addTrack(meetingId, 'a', { participant: 'Speaker 1' });
    await append('a', 'Speaker 1', ['one', 'two']);
    await append('b', 'Ben', ['three']);
    expect(await transcript.renameSpeaker(ownerActor, meetingId, { from: 'Speaker 1', to: 'Ana' })).toBe(2);
    expect(published().slice(3)).toMatchObject([
      { seq: 4, text: 'one', speaker: 'Ana' },
      { seq: 5, text: 'two', speaker: 'Ana' },
    ]);
    // A chunk that was with its engine meanwhile, and a caption source that knows nothing of it.
    await append('a', 'Speaker 1', ['four']);
    await send([{ speaker: 'Speaker 1', text: 'five' }]);
    const speakers = (await all()).map(({ text, speaker }) => [text, speaker]);
    expect(Object.fromEntries(speakers)).toEqual({ one: 'Ana', two: 'Ana', three: 'Ben', four: 'Ana', five: 'Ana' });
    expect(await meetings.get(ownerActor, meetingId)).toMatchObject({
      people: ['Ana', 'Ben'],
      tracks: expect.arrayContaining([expect.objectContaining({ id: 'a', participant: 'Ana' })]),
    });
  });

  test('follows a chain of names, and back to the first', async () => {
    const { append, transcript, meetingId, all } = await startTranscript();
    const rename = (from: string | null, to: string) => transcript.renameSpeaker(ownerActor, meetingId, { from, to });
    await append('a', 'A', ['one']);
    await rename('A', 'B');
    await rename('B', 'C');
    await append('a', 'A', ['two']);
    expect((await all()).map(({ speaker }) => speaker)).toEqual(['C', 'C']);
    await rename('C', 'A');
    await append('a', 'A', ['three']);
    expect((await all()).map(({ speaker }) => speaker)).toEqual(['A', 'A', 'A']);
    expect(await rename('A', 'A')).toBe(0);
  });

  test('names lines that had no speaker', async () => {
    const { append, transcript, meetingId, all } = await startTranscript();
    await append('a', null, ['one']);
    expect(await transcript.renameSpeaker(ownerActor, meetingId, { from: null, to: 'Ana' })).toBe(1);
    await append('a', null, ['two']);
    expect((await all()).map(({ speaker }) => speaker)).toEqual(['Ana', 'Ana']);
  });
});

describe('reading a whole transcript', () => {
  test('is by time, over many pages, without what is deleted or not yet final', async () => {
    const { append, send, transcript, meetingId } = await startTranscript();
    await append(
      'a',
      'Ana',
      Array.from({ length: 1100 }, (_, index) => `late ${index}`),
      10_000,
    );
    const [first] = await append('b', 'Ben', ['early', 'gone']);
    await transcript.remove(ownerActor, { meetingId, segmentId: (await append('b', 'Ben', ['gone']))[0]!.id });
    await send([{ text: 'half', final: false }]);
    const lines = await collect(transcript.readTranscript(meetingId));
    expect(lines).toHaveLength(1102);
    expect(lines[0]).toEqual(first);
    expect(lines.map(({ startMs }) => startMs)).toEqual(lines.map(({ startMs }) => startMs).toSorted((a, b) => a - b));
  });

  test('counts what was never finished once the meeting is over', async () => {
    const { send, transcript, meetings, meetingId } = await startTranscript();
    await send([{ text: 'half', final: false }]);
    expect(await collect(transcript.readTranscript(meetingId))).toEqual([]);
    await meetings.end(ownerActor, meetingId);
    expect(await collect(transcript.readTranscript(meetingId))).toMatchObject([{ text: 'half' }]);
    expect(await collect(transcript.readTranscript('gone'))).toEqual([]);
  });
});
