import { expect, it } from 'vitest';
import { createSharedCommits } from './shared-commits.ts';
import { openSqlite, type DatabaseTransaction } from './sqlite.ts';
import { meetingRow } from './testing.ts';

async function setUp(options: { everyMs?: number; maxWrites?: number } = {}) {
  const database = openSqlite(':memory:');
  await database.insertInto('meetings').values(meetingRow('m')).execute();
  const inCommit: DatabaseTransaction[] = [];
  const share = createSharedCommits(database, options);
  const bump = (fault?: Error) =>
    share(async (trx) => {
      inCommit.push(trx);
      const { seq } = await trx
        .updateTable('meetings')
        .set((row) => ({ seq: row('seq', '+', 1) }))
        .where('id', '=', 'm')
        .returning('seq')
        .executeTakeFirstOrThrow();
      if (fault) throw fault;
      return seq;
    });
  const committed = () => database.selectFrom('meetings').select('seq').executeTakeFirstOrThrow();
  return { bump, committed, commits: () => new Set(inCommit).size };
}

it('commits what comes together as one, up to its bound, and tells in order', async () => {
  const { bump, committed, commits } = await setUp({ maxWrites: 4 });
  const told: number[] = [];
  await Promise.all(Array.from({ length: 10 }, () => bump().then((seq) => told.push(seq))));
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await committed()).toEqual({ seq: 10 });
  expect(commits()).toBe(3);
});

it('gathers what comes after a commit, and goes on by itself', async () => {
  const { bump, commits } = await setUp({ everyMs: 50 });
  await bump();
  const later = [bump()];
  await new Promise(setImmediate);
  later.push(bump());
  expect(await Promise.all(later)).toEqual([2, 3]);
  expect(commits()).toBe(2);
});

it('lets a write that fails fail alone, and leaves nothing of it', async () => {
  const { bump, committed } = await setUp();
  const outcomes = await Promise.allSettled([bump(), bump(new Error('no room')), bump()]);
  expect(outcomes).toMatchObject([{ value: 1 }, { reason: { message: 'no room' } }, { value: 2 }]);
  expect(await committed()).toEqual({ seq: 2 });
  expect(await bump()).toBe(3);
});
