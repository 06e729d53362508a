import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  limits,
  type ClientToServerEvents,
  type Joined,
  type Segment,
  type ServerToClientEvents,
} from '@hansard/protocol';
import { io as connect, type Socket } from 'socket.io-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSocketServer } from '../http/index.ts';
import { ownerActor, type Actor } from '../identity/index.ts';
import { fanOutMeetings, registerTranscriptSocket } from './index.ts';
import { startTranscript } from './testing.ts';

type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

async function startSockets({ actor = ownerActor }: { actor?: Actor } = {}) {
  const started = await startTranscript();
  const { transcript, meetings, bus, log } = started;
  const http = createServer();
  const io = createSocketServer(http, log);
  const stop = fanOutMeetings(io, bus);
  io.on('connection', (socket) =>
    registerTranscriptSocket(socket, { transcript, getMeeting: meetings.get, actor, log }),
  );
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  onTestFinished(async () => {
    stop();
    await io.close();
  });
  const open = async (): Promise<Client> => {
    const client: Client = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false });
    onTestFinished(() => void client.disconnect());
    await new Promise<void>((resolve) => void client.once('connect', () => resolve()));
    return client;
  };
  return { ...started, open };
}

/** Sends what the types would not allow, too. */
const call = (client: Client, event: string, request?: unknown): Promise<unknown> =>
  (client as Socket).timeout(5000).emitWithAck(event, request);

test('whoever joins gets the meeting and what it misses, then every change as it comes', async () => {
  const { open, append, meetingId } = await startSockets();
  await append('a', 'Ana', ['one', 'two', 'three']);
  const client = await open();
  const heard: Segment[] = [];
  client.on('segment', (segment) => heard.push(segment));
  const joined = (await call(client, 'meeting:join', { meetingId, since: 1 })) as Joined;
  expect(joined).toMatchObject({
    meeting: { id: meetingId, seq: 3, ledger: { gaps: [] } },
    segments: [{ text: 'two' }, { text: 'three' }],
    cursor: 3,
    more: false,
  });
  const more = await append('a', 'Ana', ['four', 'five']);
  await vi.waitFor(() => expect(heard).toEqual(more));
});

test('a viewer that joins while others write misses nothing and can tell what comes twice', async () => {
  const { open, append, meetingId, all } = await startSockets();
  const client = await open();
  const seen = new Map<string, number>();
  const see = (segments: Segment[]) => {
    for (const { id, seq } of segments) if (seq > (seen.get(id) ?? 0)) seen.set(id, seq);
  };
  client.on('segment', (segment) => see([segment]));
  const writing = (async () => {
    for (let count = 0; count < 60; count += 1) {
      await append('a', null, [`line ${count}`]);
      await setTimeout(1);
    }
  })();
  await setTimeout(5);
  const joined = (await call(client, 'meeting:join', { meetingId, since: 0 })) as Joined;
  see(joined.segments);
  await writing;
  const expected = (await all()).map(({ id, seq }) => [id, seq]);
  await vi.waitFor(() => expect([...seen].toSorted(([, a], [, b]) => a - b)).toEqual(expected));
});

test('who watches another meeting, or has left, hears nothing', async () => {
  const { open, append, meetings, meetingId } = await startSockets();
  const other = await meetings.create(ownerActor, {});
  const [watcher, elsewhere, gone] = await Promise.all([open(), open(), open()]);
  const heard = { watcher: 0, elsewhere: 0, gone: 0 };
  watcher.on('segment', () => (heard.watcher += 1));
  elsewhere.on('segment', () => (heard.elsewhere += 1));
  gone.on('segment', () => (heard.gone += 1));
  await call(watcher, 'meeting:join', { meetingId });
  await call(elsewhere, 'meeting:join', { meetingId: other.id });
  await call(gone, 'meeting:join', { meetingId });
  expect(await call(gone, 'meeting:leave', { meetingId })).toEqual({});
  await append('a', null, ['one']);
  await vi.waitFor(() => expect(heard.watcher).toBe(1));
  // An answer comes behind whatever was sent before it.
  await Promise.all([elsewhere, gone].map((client) => call(client, 'meeting:leave', { meetingId: 'x' })));
  expect(heard).toEqual({ watcher: 1, elsewhere: 0, gone: 0 });
});

test('captions come in over the socket, and changes and the end of a meeting go out', async () => {
  const { open, meetings, meetingId } = await startSockets();
  const client = await open();
  const heard: string[] = [];
  client.on('segment', ({ text }) => heard.push(text));
  client.on('meeting', ({ title }) => heard.push(title));
  client.on('meeting:deleted', (deleted) => heard.push(`deleted ${deleted.meetingId === meetingId}`));
  await call(client, 'meeting:join', { meetingId });
  const segments = [{ externalId: 'a', startMs: 0, endMs: 10, text: 'hello' }];
  expect(await call(client, 'captions:send', { meetingId, source: 'meet', segments })).toEqual({ accepted: 1 });
  await meetings.patch(ownerActor, meetingId, { title: 'Renamed' });
  await meetings.delete(ownerActor, meetingId);
  await vi.waitFor(() => expect(heard).toEqual(['hello', 'Weekly', 'Renamed', 'deleted true']));
  expect(await call(client, 'meeting:join', { meetingId })).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

test.each([
  ['meeting:join', undefined],
  ['meeting:join', { meetingId: '../..' }],
  ['meeting:join', { meetingId: 'm', since: -1 }],
  ['meeting:leave', []],
  ['captions:send', { meetingId: 'm', source: '', segments: [] }],
  ['captions:send', { meetingId: 'm', source: 's', segments: [{ externalId: 'a', startMs: 5, endMs: 1, text: '' }] }],
])('%s with %j is answered BAD_REQUEST, and the connection goes on', async (event, request) => {
  const { open, meetingId } = await startSockets();
  const client = await open();
  expect(await call(client, event, request)).toMatchObject({ error: { code: 'BAD_REQUEST', retryable: false } });
  expect(await call(client, 'meeting:join', { meetingId })).toMatchObject({ cursor: 0 });
});

test('a call without an acknowledgement is ignored', async () => {
  const { open, meetingId } = await startSockets();
  const client = await open();
  (client as Socket).emit('meeting:join', { meetingId });
  (client as Socket).emit('captions:send');
  expect(await call(client, 'meeting:join', { meetingId })).toMatchObject({ cursor: 0 });
});

test('one connection watches a bounded number of meetings', async () => {
  const { open, meetings, meetingId } = await startSockets();
  const client = await open();
  for (let count = 0; count < limits.maxMeetingsPerSocket; count += 1) {
    const { id } = await meetings.create(ownerActor, {});
    await call(client, 'meeting:join', { meetingId: id });
    if (count === 0) await call(client, 'meeting:join', { meetingId: id });
  }
  expect(await call(client, 'meeting:join', { meetingId })).toMatchObject({ error: { code: 'TOO_MANY' } });
});

test('another workspace’s meeting can be neither watched nor written to', async () => {
  const { open, append, meetingId } = await startSockets({ actor: { ...ownerActor, workspaceId: 'elsewhere' } });
  const client = await open();
  let heard = 0;
  client.on('segment', () => (heard += 1));
  const missing = { error: { code: 'NOT_FOUND' } };
  expect(await call(client, 'meeting:join', { meetingId })).toMatchObject(missing);
  const segments = [{ externalId: 'a', startMs: 0, endMs: 10, text: 'hello' }];
  expect(await call(client, 'captions:send', { meetingId, source: 's', segments })).toMatchObject(missing);
  await append('a', null, ['one']);
  await call(client, 'meeting:leave', { meetingId });
  expect(heard).toBe(0);
});
