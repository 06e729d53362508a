import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits, type Durable, type ErrorBody } from '@hansard/protocol';
import { connectWire, type WireSocket } from '../../load/wire-socket.ts';
import type { Session, SessionOptions } from './session.ts';

const retryMs = 1000;

/**
 * Sends a slice a second; after an error, all there is from what is durable on. Its spool is the recording itself. It
 * obeys `slow-down`.
 */
export function createHansardSession({ url, viewers, speech, meter }: SessionOptions): Session {
  const trackId = randomUUID();
  let meetingId = '';
  let recorder: WireSocket;
  let viewer: WireSocket | null = null;
  let recordedSeconds = 0;
  let sent = 0;
  let durable = 0;
  let sliceMs = 0;
  let sentAt = 0;
  let waitUntil = 0;
  const unanswered = new Set<Promise<void>>();

  const connect = async (): Promise<void> => {
    recorder = await connectWire(url);
    void recorder.closed.then(meter.dropped);
    recorder.on('slow-down', (packet) => {
      meter.failed('slow-down');
      sliceMs = (JSON.parse(packet.slice(2)) as [string, { sliceMs: number }])[1].sliceMs;
    });
    recorder.on('speed-up', () => void (sliceMs = 0));
    await expectOk(recorder.call('meeting:join', { meetingId, since: 0 }));
  };

  const openTrack = async (): Promise<number> => {
    const open = {
      meetingId,
      trackId,
      kind: 'microphone',
      mimeType: 'audio/webm;codecs=opus',
      startedAtMs: Date.now(),
    };
    return ((await expectOk(recorder.call('track:open', open))) as Durable).durable;
  };

  const send = async (offset: number, bytes: Uint8Array): Promise<void> => {
    const at = performance.now();
    try {
      const reply = (await recorder.call('track:slice', trackId, offset, bytes, recordedSeconds * 1000)) as
        | Durable
        | ErrorBody;
      if ('error' in reply) {
        meter.failed(reply.error.code);
        waitUntil = performance.now() + (reply.error.retryAfterMs ?? retryMs);
        sent = durable;
        return;
      }
      meter.acknowledged(at, Math.max(0, reply.durable - durable));
      durable = Math.max(durable, reply.durable);
    } catch {
      sent = durable;
    }
  };

  return {
    async connect() {
      meetingId = await createMeeting(url);
      await connect();
    },
    open: async () => void (await openTrack()),
    async watch() {
      if (viewers === 'page') return recorder.on('segment', meter.line);
      viewer = await connectWire(url);
      void viewer.closed.then(meter.dropped);
      viewer.on('segment', meter.line);
      await expectOk(viewer.call('meeting:join', { meetingId, since: 0 }));
    },
    tick() {
      recordedSeconds += 1;
      const now = performance.now();
      if (now < waitUntil || now - sentAt < sliceMs - 500) return;
      const end = Math.min(Math.round(recordedSeconds * speech.bytesPerSecond), sent + limits.maxSliceBytes);
      const sending = send(sent, speech.bytes.subarray(sent, end)).finally(() => unanswered.delete(sending));
      unanswered.add(sending);
      sent = end;
      sentAt = now;
    },
    settled: async () => void (await Promise.all(unanswered)),
    async findLoss() {
      await connect();
      const there = await openTrack();
      return { lostBytes: Math.max(0, durable - there), forgottenBytes: 0, acknowledgedBytes: durable };
    },
    close() {
      recorder.close();
      viewer?.close();
    },
  };
}

async function expectOk(call: Promise<unknown>): Promise<unknown> {
  const reply = (await call) as object;
  if ('error' in reply) throw new Error(JSON.stringify(reply));
  return reply;
}

/** The server lets so many in at a time: whom it asks to wait comes again. */
async function createMeeting(url: string): Promise<string> {
  for (;;) {
    const created = await fetch(`${url}/api/v1/meetings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const body = (await created.json()) as { id: string } | ErrorBody;
    if ('id' in body) return body.id;
    if (!body.error.retryable) throw new Error(`POST /meetings: ${created.status} ${JSON.stringify(body)}`);
    await sleep(body.error.retryAfterMs ?? retryMs);
  }
}
