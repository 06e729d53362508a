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

/** U21: every call is answered, whatever it holds; one without an acknowledgement is ignored. */
export function registerCaptureSocket(
  socket: CaptureSocket,
  capture: Capture,
  { actor, transport, log }: { actor: Actor; transport: Readable; log: Logger },
): void {
  const connection: Connection = {
    id: socket.id,
    onTrackLost: (trackId, error) => socket.emit('track:lost', { trackId, error: toErrorBody(error).error }),
  };
  let feeds = false;
  let isPaused = false;

  /** The acknowledgement is the last argument, however many there are before it. */
  const handle = (
    event: 'track:open' | 'track:slice' | 'track:close',
    work: (args: unknown[]) => Promise<number>,
  ): void => {
    socket.on(event, (...args: unknown[]) => {
      const ack = args.pop();
      if (typeof ack !== 'function') return;
      const reply = ack as Ack<Durable>;
      work(args).then(
        (durable) => reply({ durable }),
        (error: unknown) => {
          if (!(error instanceof AppError)) log.error({ err: error }, 'a capture call failed');
          reply(toErrorBody(error));
        },
      );
    });
  };

  const adviseSlowDown = (isHigh: boolean): void => {
    if (!feeds) return;
    if (isHigh) socket.emit('slow-down', { sliceMs: captureLimits.slowSliceMs });
    else socket.emit('speed-up');
    if (!isHigh && isPaused) transport.resume();
    isPaused = isPaused && isHigh;
  };
  const unsubscribe = capture.pressure.subscribe(adviseSlowDown);

  handle('track:open', async ([request]) => {
    const durable = await capture.openTrack(actor, connection, parseRequest(trackOpen, request));
    if (!feeds && capture.pressure.isHigh) socket.emit('slow-down', { sliceMs: captureLimits.slowSliceMs });
    feeds = true;
    return durable;
  });

  handle('track:slice', async (args) => {
    // U20: what this socket sends next waits in the kernel, not here.
    if (capture.pressure.isHigh && !isPaused) {
      isPaused = true;
      transport.pause();
    }
    return capture.writeSlice(connection, readSlice(args));
  });

  handle('track:close', async ([request]) => capture.closeTrack(connection, parseRequest(trackClose, request)));

  socket.on('disconnect', () => {
    unsubscribe();
    capture.disconnect(connection);
  });
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
    trackId: parseRequest(id, trackId),
    offset: offset as number,
    bytes,
    capturedMs: capturedMs == null ? undefined : (capturedMs as number),
  };
}
