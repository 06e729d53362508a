import { expect, test } from 'vitest';
import { createMemoryRooms } from './memory-rooms.ts';
import { describeRooms } from './rooms.contract-suite.ts';

describeRooms('the rooms in memory', (leaseTtlMs) => createMemoryRooms({ leaseTtlMs }));

const owner = { id: 'a', url: 'http://127.0.0.1:4700' };
const meta = { workspaceId: 'w', title: '', model: '', passages: 1, documents: {}, transcriptSeq: 0, home: owner.url };

test('copies have a bound together, and go after their time', async () => {
  let now = 0;
  const { map, copies } = createMemoryRooms({ now: () => now, leaseTtlMs: 1e9, copyTtlMs: 1000, maxBytes: 10 });
  const [one, two] = [await map.claim('1', owner), await map.claim('2', owner)];
  await copies.put(one, meta, new Uint8Array(6));
  await expect(copies.put(two, meta, new Uint8Array(6))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  now = 999;
  expect(await copies.describe('1')).not.toBeNull();
  now = 1998;
  expect(await copies.get('1')).not.toBeNull();
  now = 2998;
  expect(await copies.get('1')).toBeNull();
  await copies.put(two, meta, new Uint8Array(6));
});
