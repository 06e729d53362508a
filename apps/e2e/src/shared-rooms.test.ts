import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '@hansard/client';
import { documentAccepted } from '@hansard/protocol';
import { connectRedis, createRedisRooms, sharedRoomsLimits } from '@hansard/server/shared-rooms';
import { startRedis } from '@hansard/server/shared-rooms/testing';
import { expect, it, onTestFinished } from 'vitest';
import { startServer } from './support/server.ts';

const plan = `# Budget

The annual budget is forty thousand francs.

# Travel

Trains are booked by the treasurer in March, and hotels are paid from the annual budget.
`;
const appendix = '# Insurance\n\nThe insurance of the workshop is renewed in October.\n';
const question = 'Who books the trains, and what is the annual budget?';

interface Sharing {
  status: string;
  memory: { utilization: number } | null;
  leases: number;
  forwarded: number;
  takenOver: number;
  refused: number;
}

/** A server with a folder and a database of its own; it shares rooms by Redis. */
async function startInstance(redisUrl: string) {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-shared-'));
  const server = await startServer(dir, {
    HANSARD_ENGINE: 'none',
    HANSARD_EMBEDDINGS: 'none',
    HANSARD_ANSWERS_ENGINE: 'quotes',
    HANSARD_REDIS_URL: redisUrl,
    HANSARD_INSTANCE_SECRET: 'a secret of the two instances',
  });
  onTestFinished(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const api = createApi(server.url, { checkAnswers: true });
  return {
    server,
    api,
    async addDocument(meetingId: string, name: string, content: string): Promise<void> {
      const form = new FormData();
      form.append('file', new Blob([content]), name);
      const url = `${server.url}/api/v1/meetings/${meetingId}/documents`;
      const { id } = documentAccepted.parse(await (await fetch(url, { method: 'POST', body: form })).json());
      const state = async () => (await api.listDocuments(meetingId)).documents.find((each) => each.id === id)?.state;
      await expect.poll(state, { timeout: 20_000 }).toBe('ready');
    },
    find: async (meetingId: string, q = question) => (await api.findPassages(meetingId, q, { k: 5 })).passages,
    sharing: async () => ((await (await fetch(`${server.url}/health`)).json()) as { sharing: Sharing }).sharing,
  };
}

it('two instances share a room: one answers for both, the other takes over when it dies, and without Redis each goes on', async () => {
  const redis = await startRedis();
  onTestFinished(redis.kill);
  const [one, other] = await Promise.all([startInstance(redis.url), startInstance(redis.url)]);
  const connection = await connectRedis(redis.url, { onLost: () => {}, onReady: () => {} });
  onTestFinished(() => connection.disconnect());
  const { map, copies } = createRedisRooms(connection);

  // A document of the one is asked about at the other, which passes the question on.
  const { id } = await one.api.createMeeting({ title: 'Shared' });
  await one.addDocument(id, 'plan.md', plan);
  const passages = await one.find(id);
  expect(new Set(passages.map(({ heading }) => heading))).toEqual(new Set(['Budget', 'Travel']));
  expect(await other.find(id)).toEqual(passages);
  const heard: string[] = [];
  const answer = await other.api.ask(id, question, { onText: (piece) => heard.push(piece) });
  expect(answer).toEqual(await one.api.ask(id, question));
  expect(answer).toMatchObject({
    answered: true,
    citations: [{ meetingTitle: 'Shared', documentName: 'plan.md' }, {}],
  });
  expect(await other.sharing()).toMatchObject({ status: 'ok', forwarded: 2, leases: 0 });
  expect(await one.sharing()).toMatchObject({ status: 'ok', forwarded: 0, leases: 1 });
  await expect(other.api.findPassages('no-such-meeting', 'x')).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const outsider = await fetch(`${one.server.url}/api/v1/meetings/${id}/passages?q=budget`, {
    headers: { 'x-hansard-forwarded': `${Date.now()}.AAAA` },
  });
  expect(outsider.status).toBe(403);

  // Killed, it is replaced when its lease has run out, from the copy.
  await expect.poll(() => copies.describe(id), { timeout: 10_000 }).toMatchObject({ title: 'Shared', passages: 2 });
  const before = (await map.ownerOf(id))!;
  await one.server.kill();
  const killedAt = Date.now();
  expect(await other.find(id)).toEqual(passages);
  expect(Date.now() - killedAt).toBeLessThan(sharedRoomsLimits.leaseTtlMs + 5000);
  expect(await other.api.ask(id, question)).toEqual(answer);
  const after = (await map.ownerOf(id))!;
  expect(after.owner.url).toBe(other.server.url);
  expect(after.token).toBeGreaterThan(before.token);
  expect(await other.sharing()).toMatchObject({ takenOver: 1, leases: 1, forwarded: 2 });

  // What the one had the right to write before, it has no more.
  const { meta, packed } = (await copies.get(id))!;
  await expect(copies.put(before, meta, packed)).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(copies.remove(before)).rejects.toMatchObject({ code: 'CONFLICT' });

  // Back again, it asks the new owner; it takes the room back once it has something new for it.
  await one.server.start();
  expect(await one.find(id)).toEqual(passages);
  expect(await map.ownerOf(id)).toEqual(after);
  expect(await one.sharing()).toMatchObject({ forwarded: 1, leases: 0 });
  await one.addDocument(id, 'appendix.md', appendix);
  await expect.poll(async () => (await map.ownerOf(id))?.owner.url, { timeout: 10_000 }).toBe(one.server.url);
  await expect
    .poll(async () => (await other.find(id, 'When is the insurance renewed?'))[0]?.heading, { timeout: 10_000 })
    .toBe('Insurance');

  // Without Redis each answers what it has, also one that is started then.
  await redis.kill();
  expect(await other.find(id)).toEqual(passages);
  await one.server.stop();
  await one.server.start();
  expect((await one.find(id, 'insurance'))[0]?.heading).toBe('Insurance');
  await expect.poll(async () => (await one.sharing()).status, { timeout: 10_000 }).toBe('unreachable');
  await expect.poll(async () => (await other.sharing()).status, { timeout: 10_000 }).toBe('unreachable');
});
