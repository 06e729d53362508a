import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { describeDatabase } from './database.contract-suite.ts';
import { meetingRow, segmentRow } from './testing.ts';
import { ordinalOf, segmentRowid, type Database } from './index.ts';
import { sqliteMigrations } from './migrations.ts';
import { openSqlite } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'hansard-database-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `${(files += 1)}.sqlite`);

describeDatabase('SQLite in memory', async () => openSqlite(':memory:'));
describeDatabase('SQLite in a file', async () => openSqlite(newFile()));

function open(file: string): Database {
  const database = openSqlite(file);
  onTestFinished(() => database.destroy());
  return database;
}

async function meetingsWith(database: Database, words: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM meetings WHERE ordinal IN (SELECT rowid FROM "meetingText" WHERE "meetingText" MATCH ${words})
    ORDER BY id`.execute(database);
  return rows.map(({ id }) => id);
}

async function segmentsWith(database: Database, words: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM segments WHERE rowid IN (SELECT rowid FROM "segmentText" WHERE "segmentText" MATCH ${words})
    ORDER BY id`.execute(database);
  return rows.map(({ id }) => id);
}

describe('the full-text indexes follow their tables', () => {
  test('over titles, people and days', async () => {
    const database = open(':memory:');
    await database
      .insertInto('meetings')
      .values([meetingRow('a', { title: 'Büro plan' }), meetingRow('b')])
      .execute();
    expect(await meetingsWith(database, 'buro')).toEqual(['a']);
    expect(await meetingsWith(database, 'nov AND november AND 2026 AND friday')).toEqual(['a', 'b']);
    expect(await meetingsWith(database, '"2026-11-20"')).toEqual(['a', 'b']);

    await database.updateTable('meetings').set({ title: 'Harbour', people: '["Ana"]' }).where('id', '=', 'a').execute();
    expect(await meetingsWith(database, 'buro')).toEqual([]);
    expect(await meetingsWith(database, 'harbour AND ana')).toEqual(['a']);

    await database.deleteFrom('meetings').where('id', '=', 'a').execute();
    expect(await meetingsWith(database, 'harbour')).toEqual([]);
  });

  test('over lines: changed, deleted, restored, and gone with their meeting', async () => {
    const database = open(':memory:');
    await database.insertInto('meetings').values(meetingRow('a')).execute();
    await database
      .insertInto('segments')
      .values([segmentRow('s1', 'a', 1, { text: 'old words' }), segmentRow('s2', 'a', 2, { text: 'other words' })])
      .execute();
    const change = (changes: { text?: string; deleted?: number }) =>
      database.updateTable('segments').set(changes).where('id', '=', 's1').execute();

    await change({ text: 'new words' });
    expect(await segmentsWith(database, 'old')).toEqual([]);
    expect(await segmentsWith(database, 'words')).toEqual(['s1', 's2']);
    await change({ deleted: 1, text: '' });
    expect(await segmentsWith(database, 'words')).toEqual(['s2']);
    await change({ deleted: 0, text: 'back again' });
    expect(await segmentsWith(database, 'again')).toEqual(['s1']);
    await database.deleteFrom('meetings').execute();
    expect(await segmentsWith(database, 'words OR again')).toEqual([]);
    await sql`INSERT INTO "segmentText" ("segmentText", rank) VALUES ('integrity-check', 1)`.execute(database);
  });
});

describe('migrations', () => {
  test.each(sqliteMigrations.map((_, version) => version))('from version %i bring all data along', async (version) => {
    const file = newFile();
    const old = new DatabaseSync(file);
    for (const migration of sqliteMigrations.slice(0, version)) old.exec(migration);
    old.exec(`PRAGMA user_version = ${version}`);
    if (version > 0) {
      const insert = (table: string, row: object) =>
        old
          .prepare(
            `INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
              .map((name) => `:${name}`)
              .join()})`,
          )
          .run(row as Record<string, string | number | null>);
      // From version 3 on, rows are given their place when they are made.
      const placed = version >= 3;
      const later = () => insert('meetings', meetingRow('later', { createdAt: 2000, title: 'Harbour' }));
      const place = (ordinal: number, seq: number) => (placed ? { rowid: segmentRowid(ordinal, seq) } : {});
      if (!placed) later();
      insert('meetings', meetingRow('first', { createdAt: 1000 }));
      if (placed) later();
      insert('segments', { ...segmentRow('s1', 'later', 1, { text: 'the harbour wall' }), ...place(2, 1) });
      insert('segments', { ...segmentRow('s2', 'first', 1, { text: 'the wall' }), ...place(1, 1) });
      insert('segments', { ...segmentRow('s3', 'first', 2, { text: 'gone', deleted: 1 }), ...place(1, 2) });
    }
    old.close();

    const database = open(file);
    const meetings = await database.selectFrom('meetings').select(['id', 'ordinal']).orderBy('ordinal').execute();
    expect(meetings.map(({ id }) => id)).toEqual(version > 0 ? ['first', 'later'] : []);
    expect(await meetingsWith(database, 'harbour')).toEqual(version > 0 ? ['later'] : []);
    expect(await segmentsWith(database, 'wall OR gone')).toEqual(version > 0 ? ['s1', 's2'] : []);
    const segments = await database.selectFrom('segments').select(['rowid', 'meetingId']).execute();
    for (const { rowid, meetingId } of segments) {
      expect(meetings.find(({ ordinal }) => ordinal === ordinalOf(rowid))?.id).toBe(meetingId);
    }
  });

  test('a database of a newer version is refused, not touched', () => {
    const file = newFile();
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 9999');
    newer.close();
    expect(() => openSqlite(file)).toThrow('newer Hansard');
  });
});

test('what was committed is there when the file is opened again', async () => {
  const file = newFile();
  const first = openSqlite(file);
  await first.insertInto('meetings').values(meetingRow('a')).execute();
  await first.destroy();
  expect(await open(file).selectFrom('meetings').select('id').execute()).toEqual([{ id: 'a' }]);
});

test('a full database says so, and the transaction that met it left nothing', async () => {
  const database = open(newFile());
  await database.insertInto('meetings').values(meetingRow('a')).execute();
  const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(database);
  await sql`PRAGMA max_page_count = ${sql.lit(rows[0]!.page_count + 1)}`.execute(database);
  const filled = database.transaction().execute(async (trx) => {
    for (let seq = 1; seq < 100; seq += 1) {
      await trx
        .insertInto('segments')
        .values(segmentRow(`s${seq}`, 'a', seq, { text: 'word '.repeat(400) }))
        .execute();
    }
  });
  await expect(filled).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  expect(await database.selectFrom('segments').select('id').execute()).toEqual([]);
});

test('a segment’s rowid tells its meeting, and orders by meeting, then by age', () => {
  expect(ordinalOf(segmentRowid(70_000, 1))).toBe(70_000);
  expect(segmentRowid(2, 1)).toBeGreaterThan(segmentRowid(1, 2 ** 24 - 1));
  expect(Number.isSafeInteger(segmentRowid(2 ** 29 - 1, 2 ** 24 - 1))).toBe(true);
});
