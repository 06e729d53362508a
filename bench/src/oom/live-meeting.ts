import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Durable, ErrorBody, Meeting } from '@hansard/protocol';
import { connectWire, type WireSocket } from '../load/wire-socket.ts';
import type { HttpClient } from './http-client.ts';
import type { Tally } from './tally.ts';

export interface LiveMeetingOptions {
  url: string;
  /** Its own: closed with it. */
  http: HttpClient;
  tally: Tally;
  index: number;
  /** The recording that it sends, and how much of it is a second. */
  bytes: Buffer;
  bytesPerSecond: number;
}

/** A meeting that is recorded: a second of speech a second, captions of it, and a spool that remembers what is durable. */
export interface LiveMeeting {
  readonly meetingId: string;
  readonly trackId: string;
  readonly acknowledgedBytes: number;
  /** Acknowledged bytes that the server, asked again after a cut, did not have. */
  readonly lostBytes: number;
  /** Text of the captions that were accepted. */
  readonly acceptedLines: readonly string[];
  readonly reconnects: number;
  begin(): Promise<void>;
  /** One more second was recorded. */
  tick(): void;
  /** Sends what is left, closes the track and ends the meeting. */
  finish(): Promise<void>;
  close(): void;
}

const captionsEverySeconds = 5;
const maxInFlight = 8;
const maxSliceBytes = 64 * 1024;
const reconnectMs = 500;
const beginTimeoutMs = 60_000;
const finishEveryMs = 100;
const finishTimeoutMs = 120_000;
const speakers = ['Ada', 'Ben', 'Cleo', 'Dan'];

/** A track was not opened: the line of those that wait says when to ask again. */
class RefusedError extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(code: string, retryAfterMs: number | undefined) {
    super(code);
    this.retryAfterMs = retryAfterMs;
  }
}

export function createLiveMeeting(options: LiveMeetingOptions): LiveMeeting {
  const { url, http, tally, index, bytes, bytesPerSecond } = options;
  const trackId = randomUUID();
  const acceptedLines: string[] = [];
  let meetingId = '';
  let socket: WireSocket | null = null;
  let isClosed = false;
  let seconds = 0;
  let recorded = 0;
  let sent = 0;
  let durable = 0;
  let inFlight = 0;
  let lostBytes = 0;
  let reconnects = 0;
  let sliceMs = 0;
  let sentAt = -Infinity;
  let waitUntil = 0;

  async function connect(): Promise<void> {
    const made = await connectWire(url);
    made.on('slow-down', (packet) => {
      sliceMs = (JSON.parse(packet.slice(2)) as [string, { sliceMs: number }])[1].sliceMs;
    });
    made.on('speed-up', () => void (sliceMs = 0));
    const open = {
      meetingId,
      trackId,
      kind: 'microphone',
      mimeType: 'audio/webm;codecs=opus',
      startedAtMs: Date.now(),
    };
    const reply = (await made.call('track:open', open)) as Durable | ErrorBody;
    if ('error' in reply) {
      made.close();
      throw new RefusedError(reply.error.code, reply.error.retryAfterMs);
    }
    lostBytes += Math.max(0, durable - reply.durable);
    durable = reply.durable;
    sent = durable;
    socket = made;
    void made.closed.then(reconnect);
  }

  async function reconnect(): Promise<void> {
    socket = null;
    if (isClosed) return;
    reconnects += 1;
    await sleep(reconnectMs);
    await connect().catch(reconnect);
  }

  async function send(end: number): Promise<void> {
    const offset = sent;
    sent = end;
    inFlight += 1;
    const settle = tally.begin('slice');
    try {
      const reply = (await socket!.call('track:slice', trackId, offset, bytes.subarray(offset, end), null)) as
        | Durable
        | ErrorBody;
      if ('error' in reply) {
        settle(reply.error.retryable ? 'refused' : 'failed');
        waitUntil = performance.now() + (reply.error.retryAfterMs ?? 1000);
        sent = durable;
      } else {
        settle('served');
        durable = Math.max(durable, reply.durable);
      }
    } catch {
      settle('failed');
      sent = durable;
    } finally {
      inFlight -= 1;
    }
  }

  function sendRecorded(): void {
    const now = performance.now();
    if (!socket || inFlight >= maxInFlight || now < waitUntil || now - sentAt < sliceMs - 500) return;
    const end = Math.min(recorded, sent + maxSliceBytes);
    if (end <= sent) return;
    sentAt = now;
    void send(end);
  }

  async function caption(): Promise<void> {
    const texts = [0, 1].map(
      (line) => `Meeting ${index} at ${seconds}, line ${line}: we go on with what was said before.`,
    );
    const segments = texts.map((text, line) => ({
      externalId: `${seconds}-${line}`,
      speaker: speakers[(seconds + line) % speakers.length],
      startMs: seconds * 1000 + line,
      endMs: seconds * 1000 + 2000,
      text,
    }));
    const settle = tally.begin('captions');
    const { outcome } = await http.ask({
      method: 'POST',
      path: `/api/v1/meetings/${meetingId}/segments`,
      body: JSON.stringify({ source: 'captions', segments }),
    });
    settle(outcome);
    if (outcome === 'served') acceptedLines.push(...texts);
  }

  return {
    get meetingId() {
      return meetingId;
    },
    trackId,
    acceptedLines,
    get acknowledgedBytes() {
      return durable;
    },
    get lostBytes() {
      return lostBytes;
    },
    get reconnects() {
      return reconnects;
    },
    async begin() {
      const made = await http.ask({ method: 'POST', path: '/api/v1/meetings', body: '{}', keepText: true });
      if (made.outcome !== 'served') throw new Error(`POST /meetings: ${made.status} ${made.text}`);
      meetingId = (JSON.parse(made.text) as Meeting).id;
      for (const giveUpAt = Date.now() + beginTimeoutMs; !socket;) {
        await connect().catch(async (error: unknown) => {
          const waitMs = error instanceof RefusedError ? error.retryAfterMs : undefined;
          if (waitMs === undefined || Date.now() > giveUpAt) throw error;
          await sleep(waitMs);
        });
      }
    },
    tick() {
      seconds += 1;
      recorded = Math.min(bytes.length, Math.round(seconds * bytesPerSecond));
      sendRecorded();
      if ((seconds + index) % captionsEverySeconds === 0) void caption();
    },
    async finish() {
      recorded = bytes.length;
      for (const giveUpAt = Date.now() + finishTimeoutMs; durable < bytes.length; await sleep(finishEveryMs)) {
        if (Date.now() > giveUpAt)
          throw new Error(`A recording could not be sent to its end: ${durable} of ${bytes.length} bytes.`);
        sendRecorded();
      }
      await socket?.call('track:close', { trackId, length: bytes.length });
      const settle = tally.begin('end');
      settle((await http.ask({ method: 'POST', path: `/api/v1/meetings/${meetingId}/end` })).outcome);
    },
    close() {
      isClosed = true;
      socket?.close();
      http.close();
    },
  };
}
