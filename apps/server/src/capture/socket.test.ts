import { once } from 'node:events';
import { createServer } from 'node:http';
import { limits, type ClientToServerEvents, type ServerToClientEvents } from '@hansard/protocol';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, it } from 'vitest';
import { createSocketServer, transportOf } from '../http/index.ts';
import { ownerActor } from '../identity/index.ts';
import { createMemoryJournal } from './journal/index.ts';
import { captureLimits } from './limits.ts';
import { registerCaptureSocket } from './socket.ts';
import { createRig, speech, webm } from './testing.ts';

type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function connect(options: Parameters<typeof createRig>[0] = {}) {
  const rig = await createRig(options);
  const log = pino({ level: 'silent' });
  const http = createServer();
  const server = createSocketServer(http, log);
  server.on('connection', (socket) =>
    registerCaptureSocket(socket, { capture: rig.capture, actor: ownerActor, transportOf, log }),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as { port: number };
  const client: Client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false });
  closing.push(() => {
    client.close();
    void server.close();
  });
  await once(client as never, 'connect');
  return { rig, client, port };
}

const open = {
  meetingId: 'meeting-1',
  trackId: 'track-1',
  kind: 'microphone',
  mimeType: webm,
  startedAtMs: 0,
} as const;

it('takes a recording over a real socket', async () => {
  const { client, rig } = await connect();
  expect(await client.emitWithAck('track:open', open)).toEqual({ durable: 0 });
  const half = speech.length >> 1;
  const answers = await Promise.all([
    client.emitWithAck('track:slice', 'track-1', 0, speech.subarray(0, half), 1000),
    // `capturedMs` may be left out altogether.
    (client as Socket).emitWithAck('track:slice', 'track-1', half, speech.subarray(half)),
  ]);
  expect(answers).toEqual([{ durable: half }, { durable: speech.length }]);
  expect(await client.emitWithAck('track:close', { trackId: 'track-1', length: speech.length })).toEqual({
    durable: speech.length,
  });
  expect(rig.announced).toEqual(['meeting-1']);
});

it('[U21] answers garbage with a code, and goes on', async () => {
  const { client } = await connect();
  const raw = client as Socket;
  await raw.emitWithAck('track:open', open);
  const calls: [string, ...unknown[]][] = [
    ['track:open'],
    ['track:open', null],
    ['track:open', { ...open, kind: 'telepathy' }],
    ['track:open', { ...open, trackId: '../../etc/passwd' }],
    ['track:open', 'x'.repeat(100_000)],
    ['track:slice'],
    ['track:slice', 'track-1', 0, 'text instead of bytes'],
    ['track:slice', 'track-1', -1, Buffer.from('a')],
    ['track:slice', 'track-1', 1.5, Buffer.from('a')],
    ['track:slice', 'track-1', Number.MAX_VALUE, Buffer.from('a')],
    ['track:slice', { evil: true }, 0, Buffer.from('a')],
    ['track:slice', 'track-1', 0, Buffer.from('a'), 'soon'],
    ['track:slice', 'track-1', 0, Buffer.from('a'), -5],
    ['track:close', { trackId: 'track-1', length: -1 }],
    ['track:close', { trackId: 'track-1' }],
    ['track:nothing', {}],
  ];
  for (const call of calls) {
    const reply = (await raw.emitWithAck(...call)) as { error?: { code: string; message: string } };
    expect(reply.error, call[0]).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/\w/) });
  }
  // Without an acknowledgement function there is nobody to answer.
  raw.emit('track:slice', 'track-1', 0, Buffer.from('a'));
  raw.emit('track:open', open);
  expect(await client.emitWithAck('track:slice', 'track-1', 0, Buffer.from('abc'), 0)).toEqual({ durable: 3 });
});

it('[U18] answers a slice that is too large, and goes on', async () => {
  const { client } = await connect();
  await client.emitWithAck('track:open', open);
  const large = Buffer.alloc(limits.maxSliceBytes + 1);
  expect(await client.emitWithAck('track:slice', 'track-1', 0, large, 0)).toMatchObject({
    error: { code: 'TOO_LARGE' },
  });
  expect(await client.emitWithAck('track:slice', 'track-1', 0, Buffer.from('abc'), 0)).toEqual({ durable: 3 });
});

it('[U12] tells the older connection over its socket', async () => {
  const { client, port } = await connect();
  await client.emitWithAck('track:open', open);
  const lost = once(client as never, 'track:lost');
  const newer: Client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false });
  closing.push(() => newer.close());
  expect(await newer.emitWithAck('track:open', open)).toEqual({ durable: 0 });
  expect(await lost).toEqual([{ trackId: 'track-1', error: expect.objectContaining({ code: 'TRACK_TAKEN' }) }]);
});

it('[U20] slows clients down while bytes pile up before the disk, and speeds them up again', async () => {
  const journal = createMemoryJournal();
  let bytesInFlight = 0;
  const stats = () => ({ ...journal.stats(), bytesInFlight, maxBytesInFlight: 10_000 });
  const { client } = await connect({ journal: { ...journal, stats } });
  await client.emitWithAck('track:open', open);
  const slowed = once(client as never, 'slow-down');
  bytesInFlight = 10_000 * captureLimits.slowDownShare;
  expect(await slowed).toEqual([{ sliceMs: captureLimits.slowSliceMs }]);

  // The slice that comes now is taken; what follows it waits in the socket until the pressure has passed.
  const first = client.emitWithAck('track:slice', 'track-1', 0, Buffer.from('abc'), 0);
  expect(await first).toEqual({ durable: 3 });
  let answered = false;
  const second = client.emitWithAck('track:slice', 'track-1', 3, Buffer.from('def'), 0).then((reply) => {
    answered = true;
    return reply;
  });
  await new Promise((done) => setTimeout(done, 2 * captureLimits.pressureCheckMs));
  expect(answered).toBe(false);
  const sped = once(client as never, 'speed-up');
  bytesInFlight = 0;
  await sped;
  expect(await second).toEqual({ durable: 6 });
});

it('[U20] asks clients to slow down while memory is short, and reads on', async () => {
  const { rig, client } = await connect();
  await client.emitWithAck('track:open', open);
  const slowed = once(client as never, 'slow-down');
  rig.capture.pressure.setShortOfMemory(true);
  expect(await slowed).toEqual([{ sliceMs: captureLimits.slowSliceMs }]);
  expect(await client.emitWithAck('track:slice', 'track-1', 0, Buffer.from('abc'), 0)).toEqual({ durable: 3 });
  expect(await client.emitWithAck('track:slice', 'track-1', 3, Buffer.from('def'), 0)).toEqual({ durable: 6 });
  const sped = once(client as never, 'speed-up');
  rig.capture.pressure.setShortOfMemory(false);
  await sped;
});
