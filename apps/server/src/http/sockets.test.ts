import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSocketServer, type ClientSocket as ServerSocket } from './sockets.ts';

interface Listening {
  on(event: string, listener: (bytes: unknown, ack: (reply: string) => void) => void): void;
}

let http: ReturnType<typeof createServer>;
let sockets: ReturnType<typeof createSocketServer>;
let url: string;

beforeEach(async () => {
  http = createServer();
  sockets = createSocketServer(http, pino({ level: 'silent' }));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as { port: number }).port}`;
});
afterEach(() => sockets.close());

const options = { transports: ['websocket'], reconnection: false, forceNew: true };

it('lets our own page and programs in, and no other page', async () => {
  for (const [origin, isWelcome] of [
    [undefined, true],
    [url, true],
    ['http://evil.example', false],
  ] as const) {
    const client = io(url, { ...options, ...(origin && { extraHeaders: { origin } }) });
    const opened = await Promise.race([
      once(client as never, 'connect').then(() => true),
      once(client as never, 'connect_error').then(() => false),
    ]);
    expect(opened, origin).toBe(isWelcome);
    client.close();
  }
});

it('cuts a client off that never reads, before its backlog fills the memory', async () => {
  const { port } = http.address() as { port: number };
  const deaf = connect(port, '127.0.0.1');
  const connected = once(sockets, 'connection');
  deaf.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\n` +
      'upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(deaf, 'data');
  // The client's half of Socket.IO's handshake, "40", as a masked text frame; after it, nothing is read any more.
  deaf.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
  const [socket] = (await connected) as [
    { emit(event: string, payload: string): void; on(event: string, done: () => void): void },
  ];
  deaf.pause();
  const cut = new Promise<void>((done) => socket.on('disconnect', done));
  const line = 'x'.repeat(64 * 1024);
  for (let sent = 0; sent < 200; sent += 1) socket.emit('segment', line);
  await cut;
  deaf.destroy();
  expect(sockets.sockets.sockets.size).toBe(0);
});

/* oxlint-disable no-underscore-dangle -- the names are those of `ws` */
it('leaves no message in an array that it has thrown away', async () => {
  const connected = once(sockets, 'connection') as Promise<[ServerSocket]>;
  const client = io(url, options);
  const [socket] = await connected;
  const { _receiver: receiver } = (
    socket.conn.transport as unknown as { socket: { _receiver: { _fragments: unknown[] } } }
  ).socket;
  const engine = socket.conn as unknown as { writeBuffer: unknown[] };
  const [fragments, writeBuffer] = [receiver._fragments, engine.writeBuffer];
  let heard: unknown;
  (socket as unknown as Listening).on('sound', (bytes, ack) => {
    heard = bytes;
    ack('heard');
  });
  expect(await client.emitWithAck('sound', Buffer.from('a sound'))).toBe('heard');
  expect(heard).toEqual(Buffer.from('a sound'));
  expect(receiver._fragments).not.toBe(fragments);
  expect(engine.writeBuffer).not.toBe(writeBuffer);
  expect([fragments, writeBuffer]).toEqual([[], []]);
  client.close();
});
