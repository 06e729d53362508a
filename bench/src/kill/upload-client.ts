import { setTimeout as sleep } from 'node:timers/promises';
import type { Durable, ErrorBody } from '@hansard/protocol';
import { connectWire, type WireSocket } from '../load/wire-socket.ts';

export interface UploadOptions {
  url: string;
  meetingId: string;
  trackId: string;
  bytes: Buffer;
  bytesPerSecond: number;
  /** Seconds of recording sent in a second. */
  speed: number;
  random: () => number;
}

export interface UploadClient {
  /** Acknowledged bytes that the server, asked after a restart, did not have. */
  readonly lostBytes: number;
  readonly acknowledged: number;
  readonly reconnects: number;
  /** Resolves when the server has closed the track at its full length. Cancelled by `signal`. */
  run(signal: AbortSignal): Promise<void>;
}

const tickMs = 200;
const maxInFlight = 8;
const maxReconnectWaitMs = 500;

/** A recorder whose spool remembers what was acknowledged, and that never gives up. */
export function createUploadClient(options: UploadOptions): UploadClient {
  const { url, meetingId, trackId, bytes, bytesPerSecond, speed, random } = options;
  const sliceBytes = Math.round(bytesPerSecond);
  let startedAt = 0;
  let acknowledged = 0;
  let lostBytes = 0;
  let reconnects = 0;

  /** What the server says it has must be no less than what it once acknowledged. */
  const noteDurable = (durable: number): void => {
    lostBytes += Math.max(0, acknowledged - durable);
    acknowledged = durable;
  };

  async function uploadOn(socket: WireSocket, signal: AbortSignal): Promise<void> {
    const { durable } = await answered(
      socket.call('track:open', {
        meetingId,
        trackId,
        kind: 'microphone',
        mimeType: 'audio/webm;codecs=opus',
        startedAtMs: 0,
      }),
    );
    noteDurable(durable);
    let sent = durable;
    let inFlight = 0;
    let isUp = true;
    void socket.closed.then(() => {
      isUp = false;
      return isUp;
    });

    const send = async (offset: number): Promise<void> => {
      inFlight += 1;
      try {
        const slice = bytes.subarray(offset, offset + sliceBytes);
        const reply = await answered(socket.call('track:slice', trackId, offset, slice, null));
        acknowledged = Math.max(acknowledged, reply.durable);
      } catch {
        // Cut off, or refused: go on from what is acknowledged. The server drops what it has already.
        sent = acknowledged;
      } finally {
        inFlight -= 1;
      }
    };

    while (acknowledged < bytes.length) {
      if (!isUp) throw new Error('The connection ended.');
      signal.throwIfAborted();
      const recorded = Math.min(bytes.length, ((performance.now() - startedAt) / 1000) * speed * bytesPerSecond);
      for (let free = maxInFlight - inFlight; free > 0; free -= 1) {
        const end = Math.min(sent + sliceBytes, bytes.length);
        if (end === sent || end > recorded) break;
        void send(sent);
        sent = end;
      }
      await sleep(tickMs);
    }
    const closed = await answered(socket.call('track:close', { trackId, length: bytes.length }));
    noteDurable(closed.durable);
  }

  return {
    get lostBytes() {
      return lostBytes;
    },
    get acknowledged() {
      return acknowledged;
    },
    get reconnects() {
      return reconnects;
    },
    async run(signal) {
      startedAt = performance.now();
      for (;;) {
        let socket: WireSocket | null = null;
        try {
          socket = await connectWire(url);
          await uploadOn(socket, signal);
          return;
        } catch {
          signal.throwIfAborted();
          reconnects += 1;
          await sleep(random() * maxReconnectWaitMs);
        } finally {
          socket?.close();
        }
      }
    },
  };
}

async function answered(call: Promise<unknown>): Promise<Durable> {
  const reply = (await call) as Durable | ErrorBody;
  if ('error' in reply) throw new Error(reply.error.code);
  return reply;
}
