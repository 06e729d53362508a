import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from './index.ts';
import { meetingRow, segmentRow } from './testing.ts';

/** What every database behind the server must do. `open` gives an empty one. */
export function describeDatabase(name: string, open: () => Promise<Database>): void {
  describe(`${name} keeps the contract of databases`, () => {
    let database: Database;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database.destroy());

    const seqOf = async (id: string) =>
      (await database.selectFrom('meetings').select('seq').where('id', '=', id).executeTakeFirstOrThrow()).seq;

    test('a transaction that throws leaves nothing', async () => {
      const failed = database.transaction().execute(async (trx) => {
        await trx.insertInto('meetings').values(meetingRow('a')).execute();
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await database.selectFrom('meetings').select('id').execute()).toEqual([]);
    });

    test('transactions that read, wait and write lose no update of each other', async () => {
      await database.insertInto('meetings').values(meetingRow('a')).execute();
      const increment = () =>
        database.transaction().execute(async (trx) => {
          const { seq } = await trx.selectFrom('meetings').select('seq').executeTakeFirstOrThrow();
          await setImmediate();
          await trx
            .updateTable('meetings')
            .set({ seq: seq + 1 })
            .execute();
        });
      await Promise.all(Array.from({ length: 20 }, increment));
      expect(await seqOf('a')).toBe(20);
    });

    test('a query beside a transaction sees nothing of it before its end', async () => {
      await database.insertInto('meetings').values(meetingRow('a')).execute();
      const isWritten = Promise.withResolvers<void>();
      const mayEnd = Promise.withResolvers<void>();
      const changed = database.transaction().execute(async (trx) => {
        await trx.updateTable('meetings').set({ seq: 7 }).execute();
        isWritten.resolve();
        await mayEnd.promise;
        throw new Error('rolled back');
      });
      await isWritten.promise;
      const seen = seqOf('a');
      mayEnd.resolve();
      await expect(changed).rejects.toThrow('rolled back');
      expect(await seen).toBe(0);
    });

    test('after a transaction that failed, the next one works', async () => {
      const twice = database.transaction().execute(async (trx) => {
        await trx.insertInto('meetings').values(meetingRow('a')).execute();
        await trx.insertInto('meetings').values(meetingRow('a')).execute();
      });
      await expect(twice).rejects.toThrow(/unique/i);
      await database.transaction().execute((trx) => trx.insertInto('meetings').values(meetingRow('a')).execute());
      expect(await seqOf('a')).toBe(0);
    });

    test('what belongs to no meeting is refused, and what belongs to one goes with it', async () => {
      await expect(
        database
          .insertInto('segments')
          .values(segmentRow('s', 'nowhere', 1))
          .execute(),
      ).rejects.toThrow(/foreign key/i);
      await database.insertInto('meetings').values(meetingRow('a')).execute();
      await database
        .insertInto('segments')
        .values(segmentRow('s', 'a', 1))
        .execute();
      await database.deleteFrom('meetings').where('id', '=', 'a').execute();
      expect(await database.selectFrom('segments').select('id').execute()).toEqual([]);
    });

    test('a revision is given to one segment of a meeting only', async () => {
      await database.insertInto('meetings').values(meetingRow('a')).execute();
      await database
        .insertInto('segments')
        .values(segmentRow('s1', 'a', 1))
        .execute();
      await expect(
        database
          .insertInto('segments')
          .values(segmentRow('s2', 'a', 1))
          .execute(),
      ).rejects.toThrow(/unique/i);
    });

    test('meetings are numbered in the order in which they were made', async () => {
      for (const id of ['c', 'a', 'b']) await database.insertInto('meetings').values(meetingRow(id)).execute();
      const rows = await database.selectFrom('meetings').select('id').orderBy('ordinal').execute();
      expect(rows.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    });
  });
}
