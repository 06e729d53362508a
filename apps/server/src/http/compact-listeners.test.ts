import { once } from 'node:events';
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { compactListeners, emittersUnder } from './compact-listeners.ts';
import { createSocketServer } from './sockets.ts';

setFlagsFromString('--allow-natives-syntax');
/** Whether V8 keeps the object as a record, and not as a hash table. */
const isRecord = runInThisContext('(object) => %HasFastProperties(object)') as (object: object) => boolean;
const listenersOf = (emitter: unknown): object => (emitter as { _events: object })['_events'];

it('keeps the listeners of all that is under a socket as records', async () => {
  const http = createServer();
  const sockets = createSocketServer(http, pino({ level: 'silent' }));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as { port: number }).port}`;
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

it('would find hash tables without', async () => {
  const http = createServer();
  const sockets = new Server(http, { transports: ['websocket'] });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = io(`http://127.0.0.1:${(http.address() as { port: number }).port}`, { transports: ['websocket'] });
  const [socket] = await once(sockets, 'connection');
  const records = () => emittersUnder(socket).filter((emitter) => isRecord(listenersOf(emitter))).length;
  expect(records()).toBeLessThan(6);
  compactListeners(socket);
  expect(records()).toBe(6);
  client.close();
  await sockets.close();
});
