/* oxlint-disable no-underscore-dangle -- the names are those of Node and `ws` */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';

/** Where Node keeps an emitter's listeners, by event. */
interface Emitter extends EventEmitter {
  _events?: object;
}

interface Transport extends Emitter {
  socket?: Emitter & { _socket?: Emitter | null; _receiver?: Emitter | null };
}

/** Like the object without a prototype that it stands for, it has no inherited names. V8 makes that a hash table, and this a record. */
const bare = Object.freeze(Object.create(null)) as object;

/**
 * Keeps a connection's listeners in less memory, once all have registered theirs: of the six objects that listen for one,
 * from the Socket.IO socket down to TCP's, most had a hash table of four times the size.
 */
export function compactListeners(socket: Socket): void {
  for (const emitter of emittersUnder(socket)) {
    if (emitter?._events) emitter._events = Object.assign(Object.create(bare), emitter._events);
  }
}

/** Some are gone where the connection is. */
export function emittersUnder(socket: Socket): (Emitter | null | undefined)[] {
  const { transport } = socket.conn as unknown as { transport: Transport };
  const webSocket = transport.socket;
  return [socket as Emitter, socket.conn, transport, webSocket, webSocket?._socket, webSocket?._receiver];
}
