import { limits } from '@hansard/protocol';
import { expect, test } from 'vitest';
import { ownerActor } from '../identity/index.ts';
import { startTranscript } from './testing.ts';

test('lines of one source make up one track, of another another', async () => {
  const { send, all, meetings, meetingId, events } = await startTranscript();
  expect(await send([{ externalId: 'a', speaker: 'Ana' }])).toBe(1);
  await send([{ externalId: 'b', speaker: 'Ben', endMs: 7000 }]);
  await send([{ externalId: 'a', text: 'elsewhere' }], 'other');
  const tracks = new Set((await all()).map(({ trackId }) => trackId));
  expect(tracks.size).toBe(2);
  const detail = await meetings.get(ownerActor, meetingId);
  expect(detail).toMatchObject({ people: ['Ana', 'Ben'], durationMs: 7000, seq: 3, hasGaps: false });
  expect(detail.tracks.every(({ kind }) => kind === 'captions')).toBe(true);
  expect(new Set(detail.tracks.map(({ id }) => id))).toEqual(tracks);
  expect(events.findLast(({ type }) => type === 'meeting')).toMatchObject({ meeting: { people: ['Ana', 'Ben'] } });
});

test('a line that its source rewrites is replaced in place, from partial to final', async () => {
  const { send, all, published } = await startTranscript();
  await send([{ text: 'we', final: false }]);
  const [first] = await all();
  await send([{ text: 'we should', final: false, endMs: 2000 }]);
  await send([{ text: 'We should go.', final: true, endMs: 3000 }]);
  expect(await all()).toEqual([{ ...first, seq: 3, text: 'We should go.', endMs: 3000, final: true }]);
  expect(published().map(({ id, text, final }) => [id === first!.id, text, final])).toEqual([
    [true, 'we', false],
    [true, 'we should', false],
    [true, 'We should go.', true],
  ]);
});

test('the same again takes no revision and tells nobody', async () => {
  const { send, seq, published } = await startTranscript();
  const lines = [{ externalId: 'a', speaker: 'Ana' }, { externalId: 'b' }];
  expect(await send(lines)).toBe(2);
  expect(await send(lines)).toBe(2);
  expect(await seq()).toBe(2);
  expect(published()).toHaveLength(2);
});

test('a partial line that comes after its final one is dropped, also within one post', async () => {
  const { send, all } = await startTranscript();
  await send([{ text: 'Done.', final: true }]);
  expect(await send([{ text: 'do', final: false }])).toBe(0);
  await send([
    { externalId: 'b', text: 'Also done.', final: true },
    { externalId: 'b', text: 'also', final: false },
  ]);
  expect((await all()).map(({ text }) => text)).toEqual(['Done.', 'Also done.']);
});

test('a line that a person corrected or deleted is left as it is', async () => {
  const { send, all, transcript, meetingId, seq } = await startTranscript();
  await send([
    { externalId: 'a', text: 'teh' },
    { externalId: 'b', text: 'gone' },
    { externalId: 'c', text: 'three' },
  ]);
  const [corrected, deleted] = await all();
  await transcript.patch(ownerActor, { meetingId, segmentId: corrected!.id }, { text: 'the' });
  await transcript.remove(ownerActor, { meetingId, segmentId: deleted!.id });
  const lines = ['a', 'b', 'c'].map((externalId) => ({ externalId, text: `${externalId} again` }));
  expect(await send(lines)).toBe(1);
  expect((await all()).map(({ text, seq }) => [text, seq])).toEqual([
    ['the', 4],
    ['', 5],
    ['c again', 6],
  ]);
  expect(await seq()).toBe(6);
});

test('a post as large as the protocol allows is taken whole', async () => {
  const { send, seq } = await startTranscript();
  const lines = Array.from({ length: limits.maxSegmentsPerPost }, (_, index) => ({ externalId: `x${index}` }));
  expect(await send(lines)).toBe(limits.maxSegmentsPerPost);
  expect(await send(lines.map((line) => ({ ...line, text: 'changed' })))).toBe(limits.maxSegmentsPerPost);
  expect(await seq()).toBe(2 * limits.maxSegmentsPerPost);
});

test('a meeting has no more tracks than it may', async () => {
  const { send, addTrack, meetingId } = await startTranscript();
  for (let index = 0; index < limits.maxTracksPerMeeting; index += 1) await addTrack(meetingId, `t${index}`);
  await expect(send([{}])).rejects.toMatchObject({ code: 'TOO_MANY' });
});
