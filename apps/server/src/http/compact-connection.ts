/* oxlint-disable no-underscore-dangle -- the names are those of Node, `ws`, Engine.IO and Socket.IO */
import type { EventEmitter } from 'node:events';
import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';

type Listener = ((...args: never[]) => unknown) & {
  /** What a listener for one time stands for. */
  readonly listener?: Listener;
};

/** Where Node keeps an emitter's listeners, by event. */
interface Emitter extends EventEmitter {
  _events?: Record<string, Listener | Listener[] | undefined> | undefined;
}

interface WebSocketLike extends Emitter {
  _socket?: (Emitter & { _peername?: object | null }) | null;
  _receiver?: Emitter | null;
}

/** What lies under a Socket.IO socket; some of it is gone where the connection is. */
interface Under {
  conn: Emitter & { cleanupFn: unknown[]; transport: Emitter & { socket?: WebSocketLike } };
  client: { decoder: { _callbacks?: Record<string, unknown[]> } };
  acks: Map<number, unknown>;
  _anyListeners?: unknown[];
}

/**
 * Keeps a connection in less memory, once all have registered their listeners: six objects listen for one, from the Socket.IO
 * socket down to TCP's, and of what a session holds that is the larger part. A listener that libraries have added by then,
 * and that this does not know, stays as it is.
 */
export function compactConnection(socket: Socket): void {
  const under = socket as unknown as Under;
  const { conn } = under;
  const webSocket = conn.transport.socket;
  if (webSocket) dropUpgradeListener(webSocket);
  for (const emitter of [conn, conn.transport, webSocket]) if (emitter?._events) unwrapEnds(emitter._events);
  fitArrays(under);
  if (under.acks.size === 0) under.acks = noAcks;
  // Made when the address was asked for, and made again if it is once more.
  if (webSocket?._socket) webSocket._socket._peername = null;
  for (const emitter of emittersUnder(socket)) {
    if (emitter?._events)
      emitter._events = Object.assign(Object.create(bare), emitter._events) as NonNullable<Emitter['_events']>;
  }
}

/**
 * Forgets the response that Engine.IO makes up for an upgrade, which listens for its connection's end as long as that lives.
 * To be called in a middleware of the engine's: of all listeners this is then the latest.
 */
export function forgetUpgradeResponse(tcp: Pick<TcpSocket, 'rawListeners' | 'removeListener'>): void {
  const latest = tcp.rawListeners('close').at(-1) as Listener | undefined;
  // Node's own are no listeners for one time.
  if (latest?.listener) tcp.removeListener('close', latest as () => void);
}

/** Some are gone where the connection is. */
export function emittersUnder(socket: Socket): (Emitter | null | undefined)[] {
  const { conn } = socket as unknown as Under;
  const webSocket = conn.transport.socket;
  return [socket as Emitter, conn, conn.transport, webSocket, webSocket?._socket, webSocket?._receiver];
}

/** Like the object without a prototype that it stands for, it has no inherited names. V8 makes that a hash table, and this a record. */
const bare = Object.freeze(Object.create(null)) as object;

/** For all: no client is asked for an acknowledgement by this server, so that nothing is ever in it. */
const noAcks = new (class extends Map<number, unknown> {
  override set(): never {
    throw new Error('The server asks no client for acknowledgements: see compact-connection.ts.');
  }
})();

/**
 * Takes listeners for one time out of what makes them so, three objects each. Of these events each emitter has one, or its
 * listeners heed the first alone.
 */
function unwrapEnds(events: NonNullable<Emitter['_events']>): void {
  for (const name of ['close', 'error']) {
    const listeners = events[name];
    if (Array.isArray(listeners)) events[name] = listeners.map((listener) => listener.listener ?? listener);
    else if (listeners?.listener) events[name] = listeners.listener;
  }
}

/** It is for the time before there is a transport, which listens itself. */
function dropUpgradeListener(webSocket: WebSocketLike): void {
  const found = webSocket.listeners('error').find(({ name }) => name === 'onUpgradeError');
  if (found) webSocket.off('error', found as () => void);
}

/** An array that was begun empty has room for seventeen. */
function fitArrays(under: Under): void {
  under.conn.cleanupFn = under.conn.cleanupFn.slice();
  if (under._anyListeners) under._anyListeners = under._anyListeners.slice();
  const callbacks = under.client.decoder._callbacks ?? {};
  for (const [event, listeners] of Object.entries(callbacks)) callbacks[event] = listeners.slice();
}
