import 'fake-indexeddb/auto';
import { randomUUID } from 'node:crypto';
import { deleteDB } from 'idb';
import { expect, it } from 'vitest';
import { createIndexedDbSpool } from './indexed-db-spool.ts';
import { describeSpool, someTrack } from './spool.contract-suite.ts';

describeSpool('IndexedDB spool', async (limits) => {
  const name = `spool-${randomUUID()}`;
  const open = () => createIndexedDbSpool({ name, storage: null, ...limits });
  return { spool: await open(), reopen: open };
});

it('takes the room that the browser leaves as its bound, and asks it to keep the data', async () => {
  const name = `spool-${randomUUID()}`;
  let asked = 0;
  const storage = {
    estimate: async () => ({ quota: 10_000, usage: 9_000 }),
    persist: async () => (asked += 1) > 0,
  };
  const spool = await createIndexedDbSpool({ name, storage, maxBytes: 5_000, lowBytes: 100, reserveBytes: 50 });
  expect(await spool.usage()).toEqual({ level: 'ok', bytes: 0, maxBytes: 1_000 });
  expect(asked).toBe(1);
  await spool.saveTrack(someTrack('a'));
  await expect(spool.append('a', 0, new Uint8Array(1_001), 1)).rejects.toMatchObject({ code: 'SPOOL_FULL' });
  await spool.append('a', 0, new Uint8Array(960), 1);
  expect((await spool.track('a'))?.end).toBe(960);
  await spool.close();
  await deleteDB(name);
});
