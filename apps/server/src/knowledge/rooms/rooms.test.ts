import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRoomIndexes } from '../room-index/index.ts';
import { createRoomFiles } from './room-files.ts';
import { createFakeEmbeddings, gate, patient, startRooms, textsOf } from './testing.ts';

/** Indexes that count how often a file is opened, and hold the opening up. */
function countingIndexes() {
  const indexes = createRoomIndexes();
  const state = { opened: 0, gate: Promise.resolve() };
  return {
    state,
    indexes: {
      ...indexes,
      async open(path: string, savedBytes: number) {
        state.opened += 1;
        await state.gate;
        return indexes.open(path, savedBytes);
      },
    },
  };
}

describe('a room', () => {
  test('answers from documents, forgets removed ones, and is there after a restart', async () => {
    const { rooms, open, meetingId, addDocument, deleteDocument, find, row } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(3));
    await addDocument(meetingId, 'b', ['Archive boxes are kept in the cellar.']);
    expect(await find(meetingId, 'cellar')).toEqual(['b: Archive boxes are kept in the cellar.']);
    expect(await row(meetingId)).toMatchObject({ passages: 4, model: '' });
    const again = open();
    expect(await find(meetingId, 'word2', 1, again)).toEqual([`a: ${textsOf(3)[2]}`]);
    expect(again.stats()).toMatchObject({ activations: 1, hits: 0, resident: 1 });
    await deleteDocument('b');
    await rooms.removeDocument(meetingId, 'b');
    expect(await find(meetingId, 'cellar')).toEqual([]);
    await rooms.addDocument(meetingId, 'a', [
      { ...{ heading: '', page: 1, start: 0, end: 9 }, text: 'New.', vector: null },
    ]);
    expect(await find(meetingId, 'schedule')).toEqual([]);
    expect(await find(meetingId, 'new')).toEqual(['a: New.']);
  });

  test('of a meeting that is not there is NOT_FOUND; a dropped one leaves no file and is not written again', async () => {
    const { rooms, dir, meetings, meetingId, addDocument, find, database } = await startRooms();
    await expect(find('nobody', 'anything')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await addDocument(meetingId, 'a', textsOf(2));
    const file = createRoomFiles(dir).pathOf(meetingId);
    expect((await readFile(file)).length).toBeGreaterThan(0);
    await database.deleteFrom('meetings').where('id', '=', meetingId).execute();
    expect(meetings).toBeDefined();
    await rooms.drop(meetingId);
    await rooms.close();
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    expect(rooms.stats()).toMatchObject({ resident: 0, bytes: 0 });
  });

  test('files of meetings that are no more are swept, half written ones too', async () => {
    const { rooms, dir, meetingId, addDocument } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(2));
    const files = createRoomFiles(dir);
    await writeFile(await files.prepare('gone'), 'x');
    await writeFile(`${await files.prepare('half')}.partial`, 'x');
    expect(await rooms.sweep()).toBe(2);
    const left = await Promise.all((await readdir(dir)).map((folder) => readdir(join(dir, folder))));
    expect(left.flat()).toEqual([meetingId]);
  });
});

describe('residency', () => {
  test('many questions to one cold room read it once', async () => {
    const { indexes, state } = countingIndexes();
    const { open, meetingId, addDocument, find } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(20));
    const { closed, open: letGo } = gate();
    state.gate = closed;
    const rooms = open({ indexes });
    const answers = Array.from({ length: 20 }, (_, n) => find(meetingId, `word${n}`, 1, rooms));
    await expect.poll(() => state.opened, patient).toBe(1);
    letGo();
    expect((await Promise.all(answers)).flat()).toEqual(textsOf(20).map((text) => `a: ${text}`));
    expect(state.opened).toBe(1);
    expect(rooms.stats()).toMatchObject({ activations: 1, resident: 1 });
    expect(rooms.resident()).toMatchObject([{ meetingId, passages: 20, isPinned: false }]);
  });

  test('the least recently used idle room goes for the next, and nothing is lost', async () => {
    const { rooms, newMeeting, addDocument, find, governor } = await startRooms({ budgetBytes: 20_000 });
    const ids = [];
    for (let n = 0; n < 12; n += 1) {
      const id = await newMeeting();
      ids.push(id);
      await addDocument(id, `d${n}`, textsOf(20, `topic${n}`));
    }
    const { resident, evictions, bytes } = rooms.stats();
    expect(resident).toBeGreaterThan(1);
    expect(resident).toBeLessThan(12);
    expect(evictions).toBe(12 - resident);
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(rooms.resident().map(({ meetingId }) => meetingId)).toEqual(ids.slice(12 - resident));
    // Used: now another is the oldest.
    await find(ids.at(-resident)!, 'word1', 1);
    await find(ids[0]!, 'word1', 1);
    await find(ids[1]!, 'word1', 1);
    const left = rooms.resident().map(({ meetingId }) => meetingId);
    expect(left).toContain(ids.at(-resident));
    expect(left).not.toContain(ids.at(-resident + 1));
    for (const [n, id] of ids.entries())
      expect(await find(id, 'word7', 1)).toEqual([`d${n}: ${textsOf(8, `topic${n}`)[7]}`]);
    const held = governor.ledger().entries.find(({ name }) => name === 'rooms');
    expect(held?.bytes).toBe(rooms.stats().bytes);
    expect(rooms.stats().bytes).toBe(rooms.resident().reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test('live rooms and rooms in use stay; when nothing can go, it says when to come again and what to do', async () => {
    const { rooms, live, newMeeting, insertDocument, addDocument, find } = await startRooms({ budgetBytes: 18_700 });
    const [a, b, c] = [await newMeeting(), await newMeeting(), await newMeeting()];
    await addDocument(a, 'a', textsOf(20));
    live.add(a);
    await addDocument(b, 'b', textsOf(20));
    live.add(b);
    const refused = expect.objectContaining({
      code: 'ROOMS_FULL',
      retryAfterMs: 5000,
      message: expect.stringContaining('HANSARD_ROOMS_BYTES') as string,
    });
    expect(rooms.stats().resident).toBe(2);
    await insertDocument(c, 'c', textsOf(20));
    await expect(find(c, 'word3')).rejects.toEqual(refused);
    expect(rooms.stats().refusals).toBe(1);
    expect(await rooms.evict(a)).toBe(false);
    expect(await find(a, 'word3', 1)).toEqual([`a: ${textsOf(4)[3]}`]);
    live.delete(a);
    expect(await find(c, 'word3', 1)).toEqual([`c: ${textsOf(4)[3]}`]);
    expect(rooms.resident().map(({ meetingId }) => meetingId)).not.toContain(a);
    expect(rooms.resident().map(({ meetingId }) => meetingId)).toContain(b);
  });

  test('a room in use is pinned until its question is answered', async () => {
    const { embeddings, state } = createFakeEmbeddings();
    const { rooms, meetingId, addDocument, find, say } = await startRooms({ embeddings });
    await addDocument(meetingId, 'a', textsOf(2));
    const { closed, open } = gate();
    state.gate = closed;
    await say(meetingId, [{ text: 'Let us postpone the launch.', startMs: 0 }]);
    const answer = find(meetingId, 'launch', 1);
    await expect.poll(() => rooms.resident()[0]?.isPinned, patient).toBe(true);
    expect(await rooms.evict(meetingId)).toBe(false);
    open();
    expect(await answer).toEqual(['transcript: Ana: Let us postpone the launch.']);
    expect(await rooms.evict(meetingId)).toBe(true);
    expect(await rooms.evict(meetingId)).toBe(false);
    expect(rooms.stats()).toMatchObject({ resident: 0, bytes: 0, evictions: 1 });
    expect(await find(meetingId, 'launch', 1)).toEqual(['transcript: Ana: Let us postpone the launch.']);
  });

  test('a room larger than all memory for rooms is refused without turning others out', async () => {
    const { rooms, newMeeting, addDocument, insertDocument, find } = await startRooms({ budgetBytes: 12_000 });
    const [a, b] = [await newMeeting(), await newMeeting()];
    await addDocument(a, 'a', textsOf(10));
    await insertDocument(b, 'b', textsOf(500));
    await expect(find(b, 'word1')).rejects.toThrow(/all rooms together may have/);
    expect(rooms.resident().map(({ meetingId }) => meetingId)).toEqual([a]);
  });

  test('where memory is short, no more is given up than is asked for, and the reservation of what failed is back', async () => {
    const { rooms, sensors, clock, governor, newMeeting, addDocument, find } = await startRooms();
    const ids = [];
    for (let n = 0; n < 6; n += 1) {
      ids.push(await newMeeting());
      await addDocument(ids[n]!, `d${n}`, textsOf(20));
    }
    await rooms.evict(ids[5]!);
    // Below all levels, and what is left of the memory is promised to somebody else.
    sensors.setRatio(0.65, 'rss', 1000 * 2 ** 20);
    clock.advance(5000);
    const other = governor.reserve(200 * 2 ** 20 - 1000, { name: 'other' });
    const before = rooms.stats();
    await expect(find(ids[5]!, 'word1', 1)).rejects.toMatchObject({ code: 'ROOMS_FULL' });
    const { evictions, bytes, resident } = rooms.stats();
    expect(evictions).toBe(before.evictions + 1);
    expect(resident).toBe(4);
    expect(governor.ledger().entries.find(({ name }) => name === 'rooms')?.bytes).toBe(bytes);
    other.release();
    expect(await find(ids[5]!, 'word1', 1)).toEqual([`d5: ${textsOf(2)[1]}`]);
  });

  test('levels take a quarter, half, then all that is idle, and rooms do not refill before the level is left', async () => {
    const { rooms, sensors, clock, governor, live, newMeeting, addDocument, find, say } = await startRooms({
      budgetBytes: 200_000,
    });
    const ids: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      ids.push(await newMeeting());
      await addDocument(ids[n]!, `d${n}`, textsOf(20));
    }
    await say(ids[1]!, [{ text: 'This was never written to the file.', startMs: 0 }]);
    await find(ids[1]!, 'never written', 1);
    live.add(ids[0]!);
    const full = rooms.stats();
    expect(full.resident).toBe(20);
    const at = async (ratio: number) => {
      sensors.setRatio(ratio, 'rss', 1000 * 2 ** 20);
      await clock.advanceAsync(3000);
      return rooms.stats();
    };
    const warned = await at(0.7);
    expect(governor.level).toBe('warning');
    expect(warned.bytes).toBeLessThanOrEqual(0.75 * full.bytes);
    expect(warned.bytes).toBeGreaterThan(0.65 * full.bytes);
    const critical = await at(0.851);
    expect(critical.bytes).toBeLessThanOrEqual(0.5 * full.bytes);
    await at(0.96);
    // The one that has to be written first goes a little later.
    await expect.poll(() => rooms.resident().map(({ meetingId }) => meetingId), patient).toEqual([ids[0]]);
    expect(governor.responses().find(({ name }) => name === 'rooms')?.strength).toBe(1);
    await expect(find(ids[5]!, 'word1', 1)).rejects.toMatchObject({ code: 'ROOMS_FULL' });
    await at(0.2);
    await clock.advanceAsync(60_000);
    expect(await find(ids[1]!, 'never written', 1)).toEqual(['transcript: Ana: This was never written to the file.']);
    for (const [n, id] of ids.entries()) expect(await find(id, 'word1', 1)).toEqual([`d${n}: ${textsOf(2)[1]}`]);
  });
});

describe('what a crash or a disk leaves', () => {
  test('damage is told, and the room made anew from its rows', async () => {
    const { open, dir, meetingId, addDocument, find, row } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(20));
    const file = createRoomFiles(dir).pathOf(meetingId);
    const whole = await readFile(file);
    const flipped = Buffer.from(whole);
    flipped[100] = flipped[100]! ^ 1;
    for (const damage of [
      () => truncate(file, whole.length - 1),
      () => writeFile(file, flipped),
      () => writeFile(file, ''),
      () => writeFile(file, Buffer.concat([whole, whole])),
    ]) {
      await damage();
      const rooms = open();
      expect(await find(meetingId, 'word9', 1, rooms)).toEqual([`a: ${textsOf(10)[9]}`]);
      await rooms.close();
      expect((await readFile(file)).length).toBe(whole.length);
      expect(await row(meetingId)).toMatchObject({ passages: 20 });
    }
  });

  test('a row without a file, and a file without a row', async () => {
    const { open, database, dir, meetingId, addDocument, find } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(3));
    await createRoomFiles(dir).remove(meetingId);
    expect(await find(meetingId, 'word2', 1, open())).toEqual([`a: ${textsOf(3)[2]}`]);
    await database.deleteFrom('rooms').execute();
    expect(await find(meetingId, 'word2', 1, open())).toEqual([`a: ${textsOf(3)[2]}`]);
  });

  test('documents that came or went without the room', async () => {
    const { open, meetingId, addDocument, insertDocument, deleteDocument, find } = await startRooms();
    await addDocument(meetingId, 'gone', ['A secret recipe.']);
    await addDocument(meetingId, 'kept', ['Archive boxes.']);
    await deleteDocument('gone');
    await insertDocument(meetingId, 'new', ['A public recipe.']);
    const rooms = open();
    expect(await find(meetingId, 'recipe', 5, rooms)).toEqual(['new: A public recipe.']);
    expect(await find(meetingId, 'archive', 5, rooms)).toEqual(['kept: Archive boxes.']);
  });

  test('a file that was written and a row that was not', async () => {
    const { open, database, meetingId, addDocument, find, row } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(3));
    const old = (await row(meetingId))!;
    await addDocument(meetingId, 'b', ['Archive boxes.']);
    await database.updateTable('rooms').set(old).execute();
    const rooms = open();
    expect(await find(meetingId, 'archive', 5, rooms)).toEqual(['b: Archive boxes.']);
    expect(await row(meetingId)).toMatchObject({ passages: 4 });
  });

  test('a document that is still being taken in is neither added nor lost', async () => {
    const { rooms, open, database, meetingId, addDocument, insertDocument, passages, find } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(1));
    await insertDocument(meetingId, 'b', ['Archive boxes.']);
    await database.updateTable('documents').set({ state: 'embedding' }).where('id', '=', 'b').execute();
    const other = open();
    expect(await find(meetingId, 'archive', 5, other)).toEqual([]);
    await rooms.addDocument(meetingId, 'b', passages(['Archive boxes.']));
    expect(await find(meetingId, 'archive', 5, open())).toEqual(['b: Archive boxes.']);
  });
});
