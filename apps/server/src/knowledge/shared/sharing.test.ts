import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { textsOf } from '../rooms/testing.ts';
import { createSeals, forwardedHeader } from './seal.ts';
import { createTestStore, startInstance } from './testing.ts';

const timeout = 15_000;

/** Two instances; the first has a meeting with a document, whose copy is there. */
async function two(options: Parameters<typeof createTestStore>[0] = {}) {
  const shared = createTestStore(options);
  const home = await startInstance(shared.store);
  const other = await startInstance(shared.store);
  const meetingId = await home.newMeeting();
  await home.addDocument(meetingId, 'd1', textsOf(3));
  const ownerUrl = async () => (await shared.map.ownerOf(meetingId))?.owner.url;
  return { ...shared, home, other, meetingId, ownerUrl };
}

/** The same, and the other one has taken over since the home was away. */
async function takenOver() {
  const world = await two();
  const { home, other, meetingId, map, copies, ownerUrl } = world;
  await expect.poll(() => copies.describe(meetingId), { timeout }).not.toBeNull();
  // As if the home had been away until just now: its lease is another's.
  const lease = (await map.ownerOf(meetingId)) ?? (await map.claim(meetingId, { id: 'gone', url: home.url }));
  await map.release(lease);
  const away = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
  await once(away, 'listening');
  onTestFinished(() => void away.close());
  const meta = (await copies.describe(meetingId))!;
  const writer = await map.claim(meetingId, { id: 'w', url: 'http://127.0.0.1:1' });
  const { packed } = (await copies.get(meetingId))!;
  const awayUrl = `http://127.0.0.1:${(away.address() as AddressInfo).port}`;
  await copies.put(writer, { ...meta, home: awayUrl }, packed);
  await map.release(writer);
  expect(await other.texts(meetingId, 'word1')).toContain(textsOf(3)[1]);
  expect(await ownerUrl()).toBe(other.url);
  return world;
}

test('a question goes to the owner, streamed or not, and its answer comes back as it is', async () => {
  const { home, other, meetingId } = await two();
  const question = 'What is the schedule of item word1?';
  for (const stream of [false, true]) {
    const [direct, through] = [
      await home.ask(meetingId, { question, stream }),
      await other.ask(meetingId, { question, stream }),
    ];
    expect(through.status).toBe(200);
    expect(through.headers.get('content-type')).toBe(direct.headers.get('content-type'));
    expect(through.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await through.text();
    expect(text).toContain(textsOf(3)[1]);
    expect(text).toBe(await direct.text());
  }
  expect(other.sharing.status()).toMatchObject({ forwarded: 2, leases: 0 });
  expect(home.sharing.status()).toMatchObject({ forwarded: 0, leases: 1 });
  expect(other.rooms.stats().activations).toBe(0);
});

test('a refusal of the owner comes back with its status; a question that is no question goes nowhere', async () => {
  const { home, other, meetingId, map, ownerUrl } = await two();
  expect((await other.get(`/meetings/${meetingId}/passages?q=`)).status).toBe(400);
  expect((await other.find('none', 'x')).error?.code).toBe('NOT_FOUND');
  expect(await map.ownerOf('none')).toBeNull();
  await expect.poll(ownerUrl, { timeout }).toBe(home.url);
  await home.database.deleteFrom('meetings').where('id', '=', meetingId).execute();
  const answer = await other.get(`/meetings/${meetingId}/passages?q=x`);
  expect(answer.status).toBe(404);
  expect(other.sharing.status().forwarded).toBe(1);
});

test('only a fresh seal of an instance, for just this question and server, is let in; and nothing is forwarded twice', async () => {
  const { home, other, meetingId, store } = await two();
  const seals = createSeals('a secret of all instances');
  const path = `/api/v1/meetings/${meetingId}/ask`;
  const about = { to: home.url, workspaceId: 'default', method: 'POST', path, question: 'word1?' };
  const ask = async (seal: string, at = home) =>
    (await at.ask(meetingId, { question: 'word1?' }, { [forwardedHeader]: seal })).status;
  expect(await ask(seals.seal(about))).toBe(200);
  const wrong = [
    'x',
    '',
    createSeals('another secret of others').seal(about),
    createSeals('a secret of all instances', () => Date.now() - 61_000).seal(about),
    seals.seal({ ...about, to: other.url }),
    seals.seal({ ...about, question: 'word2?' }),
    seals.seal({ ...about, workspaceId: 'another' }),
    seals.seal({ ...about, path: path.replace('ask', 'passages') }),
  ];
  for (const seal of wrong) expect(await ask(seal)).toBe(403);
  expect((await store.map.ownerOf(meetingId))?.owner.url).toBe(home.url);
  expect(await ask(seals.seal({ ...about, to: other.url }), other)).toBe(409);
  expect(other.sharing.status().forwarded).toBe(0);
});

test('who takes over answers from the copy, of its workspace alone, and knows what was said by its passages', async () => {
  const { home, other, meetingId, copies, map } = await two();
  await home.say(meetingId, [{ text: 'The harbour opens in spring, all agreed.', startMs: 5000 }]);
  await home.rooms.onMeetingEnded(meetingId);
  await expect.poll(async () => (await copies.describe(meetingId))?.passages, { timeout }).toBe(3);
  expect(await home.texts(meetingId, 'harbour')).toHaveLength(1);
  await home.rooms.close();
  await expect.poll(async () => (await copies.describe(meetingId))?.passages, { timeout }).toBe(4);
  await home.stop();
  expect(await map.ownerOf(meetingId)).toBeNull();
  const { passages } = await other.find(meetingId, 'harbour');
  expect(passages).toMatchObject([{ startMs: 5000, text: expect.stringContaining('harbour') as string }]);
  expect(passages![0]).not.toHaveProperty('segmentId');
  expect((await other.find(meetingId, 'word2')).passages).toMatchObject([{ documentId: 'd1', documentName: 'd' }]);
  const reply = (await (await other.ask(meetingId, { question: 'When does the harbour open?' })).json()) as object;
  expect(reply).toMatchObject({
    answered: true,
    citations: [{ meetingTitle: 'M', quote: expect.stringContaining('spring') as string }],
  });
  expect(other.sharing.status()).toMatchObject({ takenOver: 1, leases: 1 });

  const lease = (await map.ownerOf(meetingId))!;
  const { meta, packed } = (await copies.get(meetingId))!;
  await copies.put(lease, { ...meta, workspaceId: 'another' }, packed);
  await other.rooms.forgetCopy(meetingId, '');
  expect((await other.find(meetingId, 'word2')).error?.code).toBe('NOT_FOUND');
});

test('a home that is back asks the owner, and takes the room once its transcript has gone on', async () => {
  const { home, other, meetingId, ownerUrl } = await takenOver();
  expect(await home.texts(meetingId, 'word1')).toContain(textsOf(3)[1]);
  expect(home.sharing.status().forwarded).toBe(1);
  expect(await ownerUrl()).toBe(other.url);
  await home.say(meetingId, [{ text: 'The lighthouse is painted in June.', startMs: 0 }]);
  expect((await home.texts(meetingId, 'lighthouse'))![0]).toContain('lighthouse');
  expect(await ownerUrl()).toBe(home.url);
  expect((await other.texts(meetingId, 'lighthouse'))![0]).toContain('lighthouse');
});

test('a home takes its room back when somebody speaks or a document comes, without a question', async () => {
  const spoken = await takenOver();
  const speak = () => {
    spoken.home.sharing.onChanged(spoken.meetingId);
    return spoken.ownerUrl();
  };
  await expect.poll(speak, { timeout }).toBe(spoken.home.url);

  const { home, other, meetingId, ownerUrl } = await takenOver();
  await home.addDocument(meetingId, 'd2', ['The quarry is closed on Mondays.']);
  await expect.poll(ownerUrl, { timeout }).toBe(home.url);
  expect((await other.texts(meetingId, 'quarry'))![0]).toContain('quarry');
});

test('leases last while rooms are in memory, and are let go with them', async () => {
  const { home, meetingId, map, store } = await two();
  await home.texts(meetingId, 'word1');
  const lease = await map.ownerOf(meetingId);
  await new Promise((resolve) => setTimeout(resolve, store.map.ttlMs * 2));
  expect(await map.ownerOf(meetingId)).toEqual(lease);
  await home.rooms.evict(meetingId);
  await expect.poll(() => home.sharing.status().leases, { timeout }).toBe(0);
  expect(await map.ownerOf(meetingId)).toBeNull();
});

test('an owner that hangs is given up when its lease is over', async () => {
  const { home, meetingId, map } = await two();
  const hanging = createServer(() => {}).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  onTestFinished(() => hanging.closeAllConnections());
  onTestFinished(() => void hanging.close());
  await expect.poll(() => map.ownerOf(meetingId), { timeout }).not.toBeNull();
  const before = (await map.ownerOf(meetingId))!;
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  await map.claim(meetingId, { id: 'hangs', url }, before.token);
  expect(await home.texts(meetingId, 'word1')).toContain(textsOf(3)[1]);
  expect((await map.ownerOf(meetingId))?.owner.url).toBe(home.url);
});

test('an owner that lives and can’t be reached has the question put off, not answered twice', async () => {
  const { home, meetingId, map, ownerUrl } = await two();
  await expect.poll(ownerUrl, { timeout }).toBe(home.url);
  const unreachable = { id: 'partition', url: 'http://127.0.0.1:1' };
  const lease = await map.claim(meetingId, unreachable, (await map.ownerOf(meetingId))!.token);
  const renewing = setInterval(() => void map.renew([lease]), 200);
  onTestFinished(() => clearInterval(renewing));
  const answer = await home.get(`/meetings/${meetingId}/passages?q=word1`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await map.ownerOf(meetingId)).toEqual(lease);
});

test('while the map is away each answers what it has; a deleted meeting’s copy goes once it is back', async () => {
  const { home, other, meetingId, copies, state } = await two();
  await expect.poll(() => copies.describe(meetingId), { timeout }).not.toBeNull();
  state.isReachable = false;
  expect(await home.texts(meetingId, 'word1')).toContain(textsOf(3)[1]);
  expect((await other.find(meetingId, 'word1')).error?.code).toBe('STORAGE_FAILED');
  await expect.poll(() => home.sharing.status().status, { timeout }).toBe('unreachable');
  expect([...home.firing.keys()]).toEqual(['redis-unreachable']);
  await home.rooms.drop(meetingId);
  await home.sharing.onDeleted(meetingId);
  expect(await copies.describe(meetingId)).not.toBeNull();
  state.isReachable = true;
  await expect.poll(() => copies.describe(meetingId), { timeout }).toBeNull();
  expect([...home.firing.keys()]).toEqual([]);
});

test('what the store has no room for lives on here alone, and is counted', async () => {
  const { home, other, meetingId, copies } = await two({ maxBytes: 100 });
  await expect.poll(() => home.sharing.status().refused, { timeout }).toBe(1);
  expect(await copies.describe(meetingId)).toBeNull();
  expect(await other.texts(meetingId, 'word1')).toContain(textsOf(3)[1]);
});

test('above 90 % of Redis’s memory there is a warning and an alert, until it is below', async () => {
  const { home, state } = await two();
  await expect.poll(() => home.sharing.status().status, { timeout }).toBe('ok');
  state.utilization = 0.91;
  await expect
    .poll(() => home.sharing.status(), { timeout })
    .toMatchObject({ status: 'warning', memory: { utilization: 0.91 } });
  expect(home.firing.get('redis-memory')).toBe('Redis uses 91 % of its memory');
  state.utilization = 0.9;
  await expect.poll(() => home.sharing.status().status, { timeout }).toBe('ok');
  expect(home.firing.size).toBe(0);
});
