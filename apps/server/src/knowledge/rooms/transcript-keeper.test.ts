import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { ownerActor } from '../../identity/index.ts';
import { randomOf } from '../room-index/testing.ts';
import { patient, startRooms, textsOf } from './testing.ts';

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

async function startWithActor() {
  return { ...(await startRooms()), actor: ownerActor };
}
