import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSqlite, segmentRowid, type Database, type MeetingRow } from '../../adapters/database/index.ts';
import { meetingRow, segmentRow } from '../../adapters/database/testing.ts';
import { makeExcerpt } from './excerpt.ts';
import { createMeetingList } from './index.ts';
import { findMarks, searchWords } from './words.ts';

interface Given extends Partial<MeetingRow> {
  id: string;
  lines?: string[];
}

/** Meetings in the order given, oldest first. */
async function databaseWith(meetings: readonly Given[]): Promise<Database> {
  const database = openSqlite(':memory:');
  for (const [index, { lines = [], ...meeting }] of meetings.entries()) {
    await database.insertInto('meetings').values(meetingRow(meeting.id, meeting)).execute();
    if (lines.length === 0) continue;
    const rows = lines.map((text, line) => ({
      ...segmentRow(`${meeting.id}-${line + 1}`, meeting.id, line + 1, { text }),
      rowid: segmentRowid(index + 1, line + 1),
    }));
    await database.insertInto('segments').values(rows).execute();
  }
  return database;
}

async function find(database: Database, query: { q?: string; state?: 'live' | 'done' | 'gaps'; limit?: number }) {
  const list = createMeetingList(database);
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list('default', { limit: 50, ...query, ...(cursor !== undefined && { cursor }) });
    expect(page.meetings.length).toBeLessThanOrEqual(query.limit ?? 50);
    found.push(...page.meetings.map(({ row }) => row.id));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

test('meetings are listed newest first, in pages that neither skip nor repeat', async () => {
  const database = await databaseWith(Array.from({ length: 25 }, (_, index) => ({ id: `m${index}` })));
  const expected = Array.from({ length: 25 }, (_, index) => `m${24 - index}`);
  for (const limit of [1, 7, 24, 25, 26]) expect(await find(database, { limit })).toEqual(expected);
  await database.destroy();
});

test('a page stays where it was when newer meetings are made', async () => {
  const database = await databaseWith([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  const list = createMeetingList(database);
  const first = await list('default', { limit: 2 });
  await database.insertInto('meetings').values(meetingRow('d')).execute();
  const second = await list('default', { limit: 2, cursor: first.cursor! });
  expect(second.meetings.map(({ row }) => row.id)).toEqual(['a']);
  await expect(list('default', { limit: 2, cursor: '2; DROP' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await database.destroy();
});

test('a search finds titles, people, days and lines, words spread over them, and a word half typed', async () => {
  const database = await databaseWith([
    { id: 'title', title: 'Budget review' },
    { id: 'people', people: '["Ana Müller"]' },
    { id: 'day', createdAt: Date.UTC(2025, 1, 3, 12) },
    { id: 'line', lines: ['We move the harbour wall', 'and nothing else'] },
    { id: 'spread', title: 'Port', people: '["Ana"]', lines: ['the budget is spent'] },
  ]);
  expect(await find(database, { q: 'budget' })).toEqual(['spread', 'title']);
  expect(await find(database, { q: 'muller' })).toEqual(['people']);
  expect(await find(database, { q: '3 february 2025' })).toEqual(['day']);
  expect(await find(database, { q: '2025-02-03' })).toEqual(['day']);
  expect(await find(database, { q: 'HARBOUR wal' })).toEqual(['line']);
  expect(await find(database, { q: 'wall else' })).toEqual(['line']);
  expect(await find(database, { q: 'ana budg' })).toEqual(['spread']);
  expect(await find(database, { q: 'harb wall' })).toEqual([]);
  await database.destroy();
});

test('hits show the line, what of it was found, and at most three', async () => {
  const lines = ['plan one', 'nothing', 'plan two', 'a plan of plans', 'plan four', 'plan five'];
  const database = await databaseWith([
    { id: 'a', title: 'Plan', lines },
    { id: 'b', title: 'Plan' },
  ]);
  const { meetings } = await createMeetingList(database)('default', { q: 'plan', limit: 10 });
  expect(meetings.map(({ row, hits }) => [row.id, hits?.length])).toEqual([
    ['b', 0],
    ['a', 3],
  ]);
  expect(meetings[1]!.hits![0]).toEqual({
    segmentId: 'a-4',
    speaker: null,
    startMs: 4000,
    text: 'a plan of plans',
    marks: [
      [2, 6],
      [10, 15],
    ],
  });
  await database.destroy();
});

test('a line that was deleted is found no more', async () => {
  const database = await databaseWith([{ id: 'a', lines: ['the secret word'] }]);
  expect(await find(database, { q: 'secret' })).toEqual(['a']);
  await database.updateTable('segments').set({ deleted: 1, text: '' }).execute();
  expect(await find(database, { q: 'secret' })).toEqual([]);
  await database.destroy();
});

test('a search that would read too much ends early and goes on from its cursor', async () => {
  // Two words that never meet, in turns: the longest walk there is.
  const database = await databaseWith(
    Array.from({ length: 60 }, (_, index) => ({
      id: `m${index}`,
      lines: Array.from({ length: 600 }, () => (index % 2 ? 'alpha' : 'omega')),
    })),
  );
  const { meetings, cursor } = await createMeetingList(database)('default', { q: 'alpha omega', limit: 50 });
  expect(meetings).toEqual([]);
  expect(cursor).not.toBeNull();
  expect(await find(database, { q: 'alpha omega' })).toEqual([]);
  await database.destroy();
});

describe('against a search that reads everything', () => {
  const word = fc.constantFrom('plan', 'plane', 'harbour', 'wall', 'ana', 'été');
  const text = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
  const anyMeeting = fc.record({
    title: text,
    state: fc.constantFrom('live' as const, 'done' as const),
    hasGaps: fc.constantFrom(0, 1),
    lines: fc.array(text, { maxLength: 4 }),
  });

  test('every meeting that should be found is, once, newest first', async () => {
    const anyQuery = fc.record({
      words: fc.array(word, { minLength: 0, maxLength: 3 }),
      state: fc.constantFrom(undefined, 'live' as const, 'done' as const, 'gaps' as const),
      limit: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyMeeting, { maxLength: 20 }), anyQuery, async (given, { words, state, limit }) => {
        const meetings = given.map((each, index) => ({ ...each, id: `m${index}` }));
        const database = await databaseWith(meetings);
        const inState = (each: (typeof meetings)[number]) =>
          state === undefined || (state === 'gaps' ? each.hasGaps === 1 : each.state === state);
        const expected = meetings
          .filter(inState)
          .filter(({ title, lines }) => {
            const said = [title, ...lines].join(' ').split(' ');
            const last = words.at(-1);
            return words.every((wanted) =>
              said.some((one) => (wanted === last ? one.startsWith(wanted) : one === wanted)),
            );
          })
          .map(({ id }) => id)
          .toReversed();
        const found = await find(database, { q: words.join(' '), limit, ...(state && { state }) });
        await database.destroy();
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the words of a search', () => {
  test('are folded, told apart once, and bounded', () => {
    expect(searchWords('  Café—café "Déjà')).toEqual([
      { text: 'cafe', isPrefix: false },
      { text: 'deja', isPrefix: true },
    ]);
    expect(searchWords('a b c d e f g h i j')).toHaveLength(8);
    expect(searchWords('?! …')).toEqual([]);
  });

  test('one letter is not the beginning of a word', () => {
    expect(searchWords('plan a')).toEqual([
      { text: 'plan', isPrefix: false },
      { text: 'a', isPrefix: false },
    ]);
  });

  test('nothing that is typed breaks the index’s query language', async () => {
    const database = await databaseWith([{ id: 'a', lines: ['AND OR NOT NEAR'] }]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 40 }), async (q) => {
        await createMeetingList(database)('default', { q, limit: 5 });
      }),
      { numRuns: 200 },
    );
    expect(await find(database, { q: 'and near' })).toEqual(['a']);
    await database.destroy();
  });
});

describe('an excerpt', () => {
  test('holds the first mark, is no longer than asked, and its marks are the words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 40 }),
        fc.nat(40),
        (around, at) => {
          const words = searchWords('needle');
          const text = around.toSpliced(at, 0, 'Needle').join(' ');
          const excerpt = makeExcerpt(text, words, 60);
          expect(excerpt.text.length).toBeLessThanOrEqual(62);
          expect(excerpt.marks.length).toBeGreaterThan(0);
          for (const [start, end] of excerpt.marks) {
            expect(findMarks(excerpt.text.slice(start, end), words)).toHaveLength(1);
          }
          expect(excerpt.text.isWellFormed()).toBe(text.isWellFormed());
        },
      ),
    );
  });
});
