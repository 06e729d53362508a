import type { ClientToServerEvents, ServerToClientEvents } from '@hansard/protocol';
import { io, type Socket } from 'socket.io-client';

export type HansardSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface SocketOptions {
  /** The first wait before connecting again; doubled up to `maxReconnectMs`, with jitter, for ever. */
  reconnectMs?: number;
  maxReconnectMs?: number;
  /** How long connecting may take. */
  connectTimeoutMs?: number;
}

/**
 * A connection that never gives up: where the server closed it or refused it, it tries again too. One socket may serve an
 * uploader and any number of transcript stores. `url` may be left out in a browser: the page's own server.
 */
export function connectSocket(
  url?: string,
  { reconnectMs = 500, maxReconnectMs = 5_000, connectTimeoutMs = 10_000 }: SocketOptions = {},
): HansardSocket {
  const options = {
    transports: ['websocket'],
    // Each caller has a connection of its own, also several of one process to the same server.
    forceNew: true,
    reconnection: true,
    reconnectionAttempts: Number.POSITIVE_INFINITY,
    reconnectionDelay: reconnectMs,
    reconnectionDelayMax: maxReconnectMs,
    timeout: connectTimeoutMs,
  };
  const socket: HansardSocket = url === undefined ? io(options) : io(url, options);

  // socket.io-client tries again by itself after network failures alone.
  let retry: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), reconnectMs + Math.random() * reconnectMs);
  };
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') again();
    else if (reason === 'io client disconnect') clearTimeout(retry);
  });
  socket.on('connect_error', () => {
    if (!socket.active) again();
  });
  return socket;
}
