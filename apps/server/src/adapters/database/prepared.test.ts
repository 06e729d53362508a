import { expect, it } from 'vitest';
import { derivedTransaction, openSqlite } from './sqlite.ts';
import { prepared } from './prepared.ts';

const save = prepared<{ name: string; value: string }, unknown>((db, parameter) =>
  db
    .insertInto('settings')
    .values({ name: parameter('name'), value: parameter('value') })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: parameter('value') })),
);

it('is built once, and takes each call’s values and database', async () => {
  let builds = 0;
  const find = prepared<{ name: string }, { value: string }>((db, parameter) => {
    builds += 1;
    return db.selectFrom('settings').select('value').where('name', '=', parameter('name'));
  });
  const [one, other] = [openSqlite(':memory:'), openSqlite(':memory:')];
  expect((await save(one, { name: 'a', value: '1' })).numAffectedRows).toBe(1n);
  await derivedTransaction(one).execute((trx) => save(trx, { name: 'a', value: '2' }));
  await save(one, { name: 'b', value: '3' });
  expect((await find(one, { name: 'a' })).rows).toEqual([{ value: '2' }]);
  expect((await find(one, { name: 'b' })).rows).toEqual([{ value: '3' }]);
  expect((await find(other, { name: 'a' })).rows).toEqual([]);
  expect(builds).toBe(1);
  await Promise.all([one.destroy(), other.destroy()]);
});
