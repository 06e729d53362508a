import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { pino } from 'pino';
import { Server, type Socket as ServerSocket } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { expect, it, vi } from 'vitest';
import { compactConnection, emittersUnder } from './compact-connection.ts';
import { createSocketServer } from './sockets.ts';

setFlagsFromString('--allow-natives-syntax');
/** Whether V8 keeps the object as a record, and not as a hash table. */
const isRecord = runInThisContext('(object) => %HasFastProperties(object)') as (object: object) => boolean;
const listenersOf = (emitter: unknown): object => (emitter as { _events: object })['_events'];

async function listen(http: HttpServer): Promise<string> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as { port: number }).port}`;
}

it('keeps the listeners of all that is under a socket as records', async () => {
  const http = createServer();
  const sockets = createSocketServer(http, pino({ level: 'silent' }));
  const url = await listen(http);
  const client = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
  const [socket] = await once(sockets, 'connection');
  await new Promise(setImmediate);

  const emitters = emittersUnder(socket);
  expect(emitters).toHaveLength(6);
  for (const emitter of emitters) expect(isRecord(listenersOf(emitter)), emitter?.constructor.name).toBe(true);

  const heard: unknown[] = [];
  socket.on('late', (value: unknown, ack: (reply: string) => void) => {
    heard.push(value);
    ack('heard');
  });
  expect(await client.emitWithAck('late', Buffer.from('x'))).toBe('heard');
  expect(heard).toEqual([Buffer.from('x')]);
  // A name that every object with a prototype has.
  expect(await client.emitWithAck('constructor')).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  const gone = once(socket, 'disconnect');
  client.close();
  await gone;
  await sockets.close();
});

it('leaves no listener for one time, and what ends a connection does so once', async () => {
  const http = createServer();
  const sockets = createSocketServer(http, pino({ level: 'silent' }));
  const url = await listen(http);
  const ends = {
    'the client leaves': (client: Socket) => void client.close(),
    'the network goes': (client: Socket) =>
      (client.io.engine.transport as unknown as { ws: { terminate(): void } }).ws.terminate(),
    'the server closes it': (_: Socket, socket: ServerSocket) => void socket.disconnect(true),
    'its transport fails twice': (_: Socket, { conn }: ServerSocket) => {
      conn.transport.emit('error', new Error('first'));
      conn.transport.emit('error', new Error('second'));
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    const client = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
    const [socket] = (await once(sockets, 'connection')) as [ServerSocket];
    await new Promise(setImmediate);
    const [, conn, transport, webSocket, tcp] = emittersUnder(socket);
    for (const emitter of [conn, transport, webSocket, tcp]) {
      const listeners = emitter!.rawListeners('close').concat(emitter!.rawListeners('error'));
      expect(
        listeners.filter((listener) => 'listener' in listener),
        name,
      ).toEqual([]);
    }
    let disconnects = 0;
    socket.on('disconnect', () => (disconnects += 1));
    end(client, socket);
    await vi.waitFor(() => expect(disconnects, name).toBe(1));
    await sleep(20);
    expect([disconnects, sockets.engine.clientsCount, sockets.sockets.sockets.size], name).toEqual([1, 0, 0]);
    client.close();
  }
  await sockets.close();
});

it('would find hash tables without', async () => {
  const http = createServer();
  const sockets = new Server(http, { transports: ['websocket'] });
  const client = io(await listen(http), { transports: ['websocket'] });
  const [socket] = await once(sockets, 'connection');
  const records = () => emittersUnder(socket).filter((emitter) => isRecord(listenersOf(emitter))).length;
  expect(records()).toBeLessThan(6);
  compactConnection(socket);
  expect(records()).toBe(6);
  client.close();
  await sockets.close();
});
