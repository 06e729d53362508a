import { describe, expect, test } from 'vitest';
import { createRoomFiles } from './room-files.ts';
import type { RoomsService } from './rooms.ts';
import { createFakeEmbeddings, gate, patient, startRooms, textsOf } from './testing.ts';

describe('vectors', () => {
  test('of what was said come late without holding a question up, and are there afterwards', async () => {
    const { embeddings, state } = createFakeEmbeddings();
    const { rooms, meetingId, find, say } = await startRooms({ embeddings });
    const { closed, open } = gate();
    state.gate = closed;
    await say(meetingId, [{ text: 'The budget is two million.', startMs: 0 }]);
    const vector = await embeddings.ofQuestion('Ana: The budget is two million.', AbortSignal.timeout(1000));
    const byMeaning = () => rooms.search(meetingId, { text: 'zzz', vector, k: 3 });
    expect(await find(meetingId, 'budget')).toHaveLength(1);
    expect((await byMeaning()).hits).toEqual([]);
    open();
    await expect.poll(async () => (await byMeaning()).hits, patient).toMatchObject([{ vectorRank: 1, textRank: null }]);
    expect((await byMeaning()).rescored).toBe(true);
  });

  test('of a damaged room are those of the cache; where the model fails, words find it until it is back', async () => {
    const { embeddings, state } = createFakeEmbeddings();
    const { open, dir, meetingId, addDocument, passages, row } = await startRooms({ embeddings });
    await addDocument(meetingId, 'a', textsOf(5));
    const vector = await embeddings.ofQuestion(textsOf(5)[3]!, AbortSignal.timeout(1000));
    const ask = async (rooms: RoomsService) =>
      (await rooms.search(meetingId, { text: 'zzz', vector, k: 1 })).hits.map(({ text }) => text);
    await createRoomFiles(dir).remove(meetingId);
    expect(await ask(open())).toEqual([textsOf(5)[3]]);
    await createRoomFiles(dir).remove(meetingId);
    state.error = new Error('out of reach');
    const failing = open();
    expect(await ask(failing)).toEqual([]);
    expect((await failing.search(meetingId, { text: 'word3', vector, k: 1 })).hits).toMatchObject([{ textRank: 1 }]);
    expect(await row(meetingId)).toMatchObject({ model: '', passages: 5 });
    await failing.close();
    state.error = null;
    const back = open();
    expect(await ask(back)).toEqual([]);
    await back.addDocument(meetingId, 'a', passages(textsOf(5), state.model));
    expect(await ask(back)).toEqual([textsOf(5)[3]]);
    expect(await row(meetingId)).toMatchObject({ model: 'fake/8', passages: 5 });
  });

  test('of another model replace those of the old one, of all documents and of what was said, once one of them is written again', async () => {
    const { embeddings, state } = createFakeEmbeddings();
    const { rooms, open, meetingId, addDocument, passages, find, say, row } = await startRooms({ embeddings });
    await addDocument(meetingId, 'a', textsOf(5));
    await addDocument(meetingId, 'b', ['Archive boxes.']);
    await say(meetingId, [{ text: 'The budget is two million.', startMs: 0 }]);
    expect(await find(meetingId, 'budget', 1)).toHaveLength(1);
    await rooms.close();
    state.model = { id: 'other/12', dims: 12 };
    const other = open();
    expect(await find(meetingId, 'word1', 1, other)).toEqual([`a: ${textsOf(2)[1]}`]);
    await other.addDocument(meetingId, 'a', passages(textsOf(5), state.model));
    expect(await row(meetingId)).toMatchObject({ model: 'other/12', passages: 6 });
    for (const [text, source] of [
      ['Ana: The budget is two million.', 'transcript'],
      ['Archive boxes.', 'b'],
    ] as const) {
      const vector = await embeddings.ofQuestion(text, AbortSignal.timeout(1000));
      const { hits } = await other.search(meetingId, { text: 'zzz', vector, k: 1 });
      expect(hits).toMatchObject([{ source, vectorRank: 1 }]);
    }
  });

  test('of another model are had at once where only what was said is in the room', async () => {
    const { embeddings, state } = createFakeEmbeddings();
    const { rooms, open, meetingId, find, say } = await startRooms({ embeddings });
    await say(meetingId, [{ text: 'The budget is two million.', startMs: 0 }]);
    expect(await find(meetingId, 'budget', 1)).toHaveLength(1);
    await rooms.close();
    state.model = { id: 'other/12', dims: 12 };
    const vector = await embeddings.ofQuestion('Ana: The budget is two million.', AbortSignal.timeout(1000));
    const { hits } = await open().search(meetingId, { text: 'zzz', vector, k: 1 });
    expect(hits).toMatchObject([{ source: 'transcript', vectorRank: 1 }]);
  });
});
