import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { ownerActor } from '../../identity/index.ts';
import { createRoomIndexes } from '../room-index/index.ts';
import { randomOf } from '../room-index/testing.ts';
import { createRoomFiles } from './room-files.ts';
import type { RoomsService } from './rooms.ts';
import { createFakeEmbeddings, startRooms, textsOf } from './testing.ts';

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

function gate() {
  let open = () => {};
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open };
}

/** A machine that is busy with other things takes its time. */
const patient = { timeout: 15_000 };

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

describe('the transcript', () => {
  test('is there at the next question, line by line, with its times', async () => {
    const { rooms, meetingId, addDocument, find, say } = await startRooms();
    await addDocument(meetingId, 'a', textsOf(2));
    await say(meetingId, [{ text: 'The budget is two million.', startMs: 0 }]);
    expect(await find(meetingId, 'budget')).toEqual(['transcript: Ana: The budget is two million.']);
    await say(meetingId, [{ speaker: 'Ben', text: 'I would rather delay the launch.', startMs: 5000 }]);
    const { hits } = await rooms.search(meetingId, { text: 'delay the launch', vector: null, k: 1 });
    expect(hits).toMatchObject([
      { source: 'transcript', text: 'Ben: I would rather delay the launch.', start: 5000, end: 5900 },
    ]);
    expect(rooms.stats()).toMatchObject({ resident: 1 });
  });

  test('a late line of an earlier time, an edit, a deletion and a new name are all there', async () => {
    const { transcript, meetingId, find, say, segments, actor } = await startWithActor();
    await say(meetingId, [
      { text: 'We meet on Tuesday.', startMs: 1000 },
      { text: 'Nobody likes the colour.', startMs: 9000 },
    ]);
    expect(await find(meetingId, 'tuesday')).toHaveLength(1);
    await say(meetingId, [{ speaker: 'Ben', text: 'Earlier I mentioned giraffes.', startMs: 2000 }], 'zoom');
    expect(await find(meetingId, 'giraffes')).toEqual(['transcript: Ben: Earlier I mentioned giraffes.']);
    const [tuesday] = await segments(meetingId);
    await transcript.patch(actor, { meetingId, segmentId: tuesday!.id }, { text: 'We meet on Thursday.' });
    expect(await find(meetingId, 'tuesday')).toEqual([]);
    expect((await find(meetingId, 'thursday'))[0]).toContain('Ana: We meet on Thursday.\nBen: Earlier I mentioned');
    await transcript.renameSpeaker(actor, meetingId, { from: 'Ben', to: 'Benedikta' });
    expect(await find(meetingId, 'benedikta')).toHaveLength(1);
    const colour = (await segments(meetingId)).find(({ text }) => text.includes('colour'))!;
    await transcript.remove(actor, { meetingId, segmentId: colour.id });
    expect(await find(meetingId, 'colour')).toEqual([]);
    expect(await find(meetingId, 'giraffes')).toHaveLength(1);
  });

  test('is taken in without a question once there is enough, and tidied up', async () => {
    const { rooms, meetingId, find, say, segments } = await startRooms();
    for (let n = 0; n < 20; n += 1) {
      await say(meetingId, [{ text: `A remark about apple${n}.`, startMs: n * 1000 }]);
      expect(await find(meetingId, `apple${n}`, 1)).toEqual([`transcript: Ana: A remark about apple${n}.`]);
    }
    expect(rooms.resident()[0]?.passages).toBe(20);
    const long = 'Talk that goes on and on. '.repeat(22).trim();
    await say(meetingId, [{ text: long, startMs: 30_000 }]);
    rooms.onSegments((await segments(meetingId)).slice(-1));
    await expect.poll(() => rooms.resident()[0]?.passages, patient).toBeLessThan(5);
    expect((await find(meetingId, 'apple7', 1))[0]).toContain('apple7');
  });

  test('survives eviction, a restart and the end of the meeting; unchanged, it is not made anew', async () => {
    const { rooms, open, meetings, transcript, meetingId, find, row, actor } = await startWithActor();
    const line = (text: string, startMs: number, final: boolean) => ({
      ...{ externalId: `x${startMs}`, speaker: 'Ana', startMs, endMs: startMs + 900, text, final },
    });
    await transcript.addCaptions(actor, meetingId, {
      source: 'meet',
      segments: [line('Finished words.', 0, true), line('Unfinished sympho', 1000, false)],
    });
    expect(await find(meetingId, 'finished')).toHaveLength(1);
    expect(await find(meetingId, 'sympho')).toEqual([]);
    expect(await rooms.evict(meetingId)).toBe(true);
    expect(await row(meetingId)).toMatchObject({
      passages: 1,
      transcriptSeq: (await meetings.get(actor, meetingId)).seq,
    });
    await meetings.end(actor, meetingId);
    await rooms.onMeetingEnded(meetingId);
    expect(await find(meetingId, 'sympho')).toHaveLength(1);
    await rooms.close();
    const other = open({
      readTranscript: () => {
        throw new Error('It was read without need');
      },
    });
    expect(await find(meetingId, 'sympho', 1, other)).toHaveLength(1);
  });

  test('is written before its room goes, however many want its place: no room is ever made anew', async () => {
    const warnings: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    const { rooms, newMeeting, addDocument, find, say } = await startRooms({ budgetBytes: 26_000, log });
    const ids: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      ids.push(await newMeeting());
      await addDocument(ids[n]!, `d${n}`, textsOf(5, `topic${n}`));
    }
    const random = randomOf(7);
    const askers = Array.from({ length: 3 }, async (_, asker) => {
      for (let round = 0; round < 100; round += 1) {
        const n = random() % ids.length;
        const word = `orange${asker}x${round}`;
        if (round % 2 === 0)
          await say(ids[n]!, [{ text: `Remark ${word} was made.`, startMs: round * 1000 }], `s${asker}`);
        const wanted = round % 2 === 0 ? word : `topic${n} word3`;
        const found = round % 2 === 0 ? word : textsOf(4, `topic${n}`)[3]!;
        expect((await find(ids[n]!, wanted, 1))[0]).toContain(found);
      }
    });
    await Promise.all(askers);
    expect(rooms.stats().evictions).toBeGreaterThan(40);
    for (const [n, id] of ids.entries())
      expect(await find(id, `topic${n} word3`, 1)).toEqual([`d${n}: ${textsOf(4, `topic${n}`)[3]}`]);
    expect(warnings).toEqual([]);
  });

  test('has a bound: the newest stays', async () => {
    const { rooms, meetingId, find, say } = await startRooms({ maxTranscriptPassages: 8 });
    const filler = 'and so on '.repeat(45).trim();
    for (let n = 0; n < 30; n += 1) {
      await say(meetingId, [{ text: `Number apple${n} ${filler}.`, startMs: n * 1000 }]);
      expect(await find(meetingId, `apple${n}`, 1)).toHaveLength(1);
      expect(rooms.resident()[0]!.passages).toBeLessThanOrEqual(8);
    }
    expect((await find(meetingId, 'apple26', 1))[0]).toContain('apple26 ');
    expect(await find(meetingId, 'apple3 apple2', 8)).not.toContainEqual(expect.stringContaining('apple3 '));
  });
});

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

async function startWithActor() {
  return { ...(await startRooms()), actor: ownerActor };
}
