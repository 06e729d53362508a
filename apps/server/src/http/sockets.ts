import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { limits, type ClientToServerEvents, type ServerToClientEvents } from '@hansard/protocol';
import type { Logger } from 'pino';
import { Server, type Socket } from 'socket.io';
import { AppError, toErrorBody } from '../errors.ts';
import { checkOrigin } from '../identity/index.ts';
import { compactConnection, forgetUpgradeResponse } from './compact-connection.ts';
import { emptyUsedArrays } from './used-arrays.ts';

export type SocketServer = Server<ClientToServerEvents, ServerToClientEvents>;
export type ClientSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Above the largest slice, so that one that is a little too large is answered; far above, the connection is closed. */
const maxMessageBytes = 4 * limits.maxSliceBytes;

/** Bytes that may wait for a client that reads slowly; beyond, it is cut off, and catches up when it is back. */
const maxUnsentBytes = 2 * 1024 * 1024;
const unsentCheckMs = 1000;

/** The websocket under a Socket.IO socket. */
interface WebSocketLike {
  readonly bufferedAmount: number;
  pause(): void;
  resume(): void;
  terminate(): void;
}

/** Socket.IO on the HTTP server: websocket only, uncompressed, from our own page or from no page. */
export function createSocketServer(http: HttpServer, log: Logger): SocketServer {
  const io: SocketServer = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: maxMessageBytes,
    allowRequest: (request, decide) => {
      try {
        checkOrigin({ host: request.headers.host, origin: request.headers.origin });
        decide(null, true);
      } catch (error) {
        decide((error as Error).message, false);
      }
    },
  });
  // The upgrade request (headers, socket buffers) would otherwise live as long as its connection: both of these hold it.
  io.engine.use((request: IncomingMessage, response: { req: unknown }, next: () => void) => {
    if (request.headers.upgrade !== undefined) {
      response.req = null;
      forgetUpgradeResponse(request.socket);
    }
    next();
  });
  io.engine.on('connection', (raw: { request: unknown }) => {
    raw.request = null;
  });
  emptyUsedArrays(io);
  const onError = (error: Error): void => log.warn({ err: error }, 'a socket failed');
  io.on('connection', (socket) => {
    // What is kept for each connection and read by nobody: the request's headers, and a room of its own.
    Object.assign(socket, { handshake: noHandshake });
    void socket.leave(socket.id);
    socket.on('error', onError);
    socket.onAny(answerUnknown);
    // Once all have registered their listeners.
    process.nextTick(compactConnection, socket);
  });
  const timer = setInterval(() => cutSlowReaders(io, log), unsentCheckMs);
  timer.unref();
  http.once('close', () => clearInterval(timer));
  return io;
}

const noHandshake: ClientSocket['handshake'] = Object.freeze({
  headers: {},
  time: '',
  address: '',
  xdomain: false,
  secure: false,
  issued: 0,
  url: '',
  query: {},
  auth: {},
});

function answerUnknown(this: ClientSocket, event: string, ...args: unknown[]): void {
  if (this.listenerCount(event) > 0) return;
  const ack = args.at(-1);
  if (typeof ack === 'function') ack(toErrorBody(new AppError('BAD_REQUEST', 'There is no such event.')));
}

function cutSlowReaders(io: SocketServer, log: Logger): void {
  for (const socket of io.sockets.sockets.values()) {
    const webSocket = webSocketOf(socket);
    const unsentBytes = webSocket?.bufferedAmount ?? 0;
    if (unsentBytes <= maxUnsentBytes) continue;
    log.warn({ unsentBytes }, 'a client reads too slowly: its connection was cut');
    // Closing politely would wait for what it does not read.
    webSocket?.terminate();
  }
}

/** Engine.IO keeps it in a field that its types don't show. */
function webSocketOf(socket: ClientSocket): WebSocketLike | undefined {
  return (socket.conn.transport as unknown as { socket?: WebSocketLike }).socket;
}

/** What can stop reading from a socket that has just connected. */
export function transportOf(socket: ClientSocket): { pause(): void; resume(): void } {
  return webSocketOf(socket) ?? { pause() {}, resume() {} };
}
