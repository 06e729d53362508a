import {
  id,
  trackClose,
  trackOpen,
  type Ack,
  type ClientToServerEvents,
  type Durable,
  type ServerToClientEvents,
} from '@hansard/protocol';
import type { Logger } from 'pino';
import type { Socket } from 'socket.io';
import { AppError, toErrorBody } from '../errors.ts';
import type { Actor } from '../identity/index.ts';
import { parseRequest } from '../parse.ts';
import { captureLimits } from './limits.ts';
import type { Connection } from './live-track.ts';
import type { Capture } from './service.ts';

type CaptureSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Stops and resumes reading of the socket's transport: backpressure that TCP carries to the client. */
export interface Readable {
  pause(): void;
  resume(): void;
}

/** One for all sockets. */
interface CaptureSocketOptions {
  capture: Capture;
  actor: Actor;
  transportOf: (socket: CaptureSocket) => Readable;
  log: Logger;
}

/** What a socket that has called holds. */
interface Feed {
  socket: CaptureSocket;
  transport: Readable;
  options: CaptureSocketOptions;
  connection: Connection;
  /** It has opened a track. */
  feeds: boolean;
  isPaused: boolean;
  /** It was told to slow down, and not yet that this is over. */
  isSlowed: boolean;
}

interface CaptureData {
  capture: CaptureSocketOptions;
  feed?: Feed;
}

/**
 * U21: every call is answered, whatever it holds; one without an acknowledgement is ignored. The handlers are the same
 * functions for all sockets, since there are thousands that only listen.
 */
export function registerCaptureSocket(socket: CaptureSocket, options: CaptureSocketOptions): void {
  (socket.data as CaptureData).capture = options;
  socket.on('track:open', onOpen);
  socket.on('track:slice', onSlice);
  socket.on('track:close', onClose);
}

function onOpen(this: CaptureSocket, ...args: unknown[]): void {
  answer(this, args, async (feed, [request]) => {
    const { capture, actor } = feed.options;
    const durable = await capture.openTrack(actor, feed.connection, parseRequest(trackOpen, request));
    feed.feeds = true;
    advise(feed);
    return durable;
  });
}

function onSlice(this: CaptureSocket, ...args: unknown[]): void {
  answer(this, args, writeSlice);
}

async function writeSlice(feed: Feed, args: unknown[]): Promise<number> {
  const { connection, transport } = feed;
  const { capture } = feed.options;
  // U20: what this socket sends next waits in the kernel, not here.
  if (capture.pressure.isDiskBehind && !feed.isPaused) {
    feed.isPaused = true;
    transport.pause();
  }
  return capture.writeSlice(connection, readSlice(args));
}

function onClose(this: CaptureSocket, ...args: unknown[]): void {
  answer(this, args, async ({ options, connection }, [request]) =>
    options.capture.closeTrack(connection, parseRequest(trackClose, request)),
  );
}

/** The acknowledgement is the last argument, however many there are before it. */
function answer(socket: CaptureSocket, args: unknown[], work: (feed: Feed, args: unknown[]) => Promise<number>): void {
  const ack = args.pop();
  if (typeof ack !== 'function') return;
  const reply = ack as Ack<Durable>;
  const feed = feedOf(socket);
  work(feed, args).then(
    (durable) => reply({ durable }),
    (error: unknown) => {
      if (!(error instanceof AppError)) feed.options.log.error({ err: error }, 'a capture call failed');
      reply(toErrorBody(error));
    },
  );
}

function feedOf(socket: CaptureSocket): Feed {
  const data = socket.data as CaptureData;
  data.feed ??= beginFeed(socket, data.capture);
  return data.feed;
}

function beginFeed(socket: CaptureSocket, options: CaptureSocketOptions): Feed {
  const { capture } = options;
  const connection: Connection = {
    id: socket.id,
    onTrackLost: (trackId, error) => socket.emit('track:lost', { trackId, error: toErrorBody(error).error }),
  };
  const transport = options.transportOf(socket);
  const feed: Feed = { socket, transport, options, connection, feeds: false, isPaused: false, isSlowed: false };
  const unsubscribe = capture.pressure.subscribe(() => advise(feed));
  socket.on('disconnect', () => {
    unsubscribe();
    capture.disconnect(connection);
  });
  return feed;
}

/** Tells the client once that it should slow down, and once that this is over. */
function advise(feed: Feed): void {
  const { socket, transport } = feed;
  const { isHigh, isDiskBehind } = feed.options.capture.pressure;
  if (feed.feeds && isHigh !== feed.isSlowed) {
    feed.isSlowed = isHigh;
    if (isHigh) socket.emit('slow-down', { sliceMs: captureLimits.slowSliceMs });
    else socket.emit('speed-up');
  }
  if (isDiskBehind || !feed.isPaused) return;
  feed.isPaused = false;
  transport.resume();
}

function readSlice([trackId, offset, bytes, capturedMs]: unknown[]) {
  if (!Buffer.isBuffer(bytes)) throw new AppError('BAD_REQUEST', 'A slice is: track ID, offset, bytes, captured time.');
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) {
    throw new AppError('BAD_REQUEST', 'The offset of a slice is a whole number of bytes from 0.');
  }
  if (capturedMs != null && !(Number.isFinite(capturedMs) && (capturedMs as number) >= 0)) {
    throw new AppError('BAD_REQUEST', 'capturedMs is a number of milliseconds, or left out.');
  }
  return {
    // Only one that was opened, and checked then, goes on from here.
    trackId: typeof trackId === 'string' ? trackId : parseRequest(id, trackId),
    offset: offset as number,
    bytes,
    capturedMs: capturedMs == null ? undefined : (capturedMs as number),
  };
}
