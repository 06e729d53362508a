import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  errorCodes,
  limits,
  type ClientToServerEvents,
  type ErrorBody,
  type ErrorCode,
  type ServerToClientEvents,
  type TrackOpen,
} from '@hansard/protocol';
import { Server, type Socket } from 'socket.io';

interface FakeTrack {
  open: TrackOpen;
  owner: ServerSocket | null;
  bytes: number[];
  durable: number;
  closedAt: number | null;
  capturedMs: number;
}

type ServerSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

interface Refusal {
  code: ErrorCode;
  count: number;
  retryAfterMs?: number;
}

/** The server's side of the upload protocol, in memory, with faults to order. It notes whatever a client does against the rules. */
export async function createFakeServer({ onRequest }: { onRequest?: RequestListener } = {}) {
  const http = createServer(onRequest);
  const io = new Server<ClientToServerEvents, ServerToClientEvents>(http, { transports: ['websocket'] });
  const tracks = new Map<string, FakeTrack>();
  const violations: string[] = [];
  const sliceSizes: number[] = [];
  const opens: string[] = [];
  let refusals: Refusal[] = [];
  let syncMs = 0;
  let mute = false;
  /** Counts restarts: a sync of an earlier life never comes about. */
  let life = 0;

  const refusal = (code: ErrorCode, extra: { durable?: number; retryAfterMs?: number } = {}): ErrorBody => ({
    error: { code, message: `refused: ${code}`, retryable: errorCodes[code].retryable, ...extra },
  });
  const orderedRefusal = (): ErrorBody | null => {
    const [first] = refusals;
    if (!first) return null;
    first.count -= 1;
    if (first.count <= 0) refusals = refusals.slice(1);
    return refusal(first.code, first.retryAfterMs === undefined ? {} : { retryAfterMs: first.retryAfterMs });
  };

  io.on('connection', (socket) => {
    const unanswered = new Map<string, { slices: number; bytes: number }>();

    socket.on('track:open', (call, ack) => {
      if (mute) return;
      opens.push(call.trackId);
      const refused = orderedRefusal();
      if (refused) return ack(refused);
      const track: FakeTrack = tracks.get(call.trackId) ?? {
        open: call,
        owner: null,
        bytes: [],
        durable: 0,
        closedAt: null,
        capturedMs: 0,
      };
      if (track.owner && track.owner !== socket && track.owner.connected) {
        track.owner.emit('track:lost', { trackId: call.trackId, error: refusal('TRACK_TAKEN').error });
      }
      track.owner = socket;
      const open = tracks.values().filter(({ owner, closedAt }) => owner === socket && closedAt === null);
      if (open.toArray().length > limits.maxTracksPerSocket) violations.push('tracks open at once');
      tracks.set(call.trackId, track);
      ack({ durable: track.durable });
    });

    socket.on('track:slice', (trackId, offset, bytes, capturedMs, ack) => {
      if (mute) return;
      const track = tracks.get(trackId);
      if (!track || track.owner !== socket) return ack(refusal(track ? 'TRACK_TAKEN' : 'TRACK_NOT_OPEN'));
      const load = unanswered.get(trackId) ?? { slices: 0, bytes: 0 };
      unanswered.set(trackId, load);
      load.slices += 1;
      load.bytes += bytes.byteLength;
      if (load.slices > limits.maxSlicesInFlight) violations.push(`${load.slices} slices in flight`);
      if (load.bytes > limits.maxUnansweredBytes) violations.push(`${load.bytes} bytes unanswered`);
      if (bytes.byteLength > limits.maxSliceBytes || bytes.byteLength === 0) violations.push('size of a slice');
      const answer: typeof ack = (reply) => {
        load.slices -= 1;
        load.bytes -= bytes.byteLength;
        ack(reply);
      };
      const refused = orderedRefusal();
      if (refused) return answer(refused);
      if (offset > track.bytes.length) return answer(refusal('HOLE', { durable: track.durable }));
      sliceSizes.push(bytes.byteLength);
      track.capturedMs = Math.max(track.capturedMs, capturedMs ?? 0);
      for (let at = 0; at < bytes.byteLength; at += 1) {
        const known = track.bytes[offset + at];
        if (known !== undefined && known !== bytes[at]) violations.push(`other byte at ${offset + at}`);
        if (known === undefined && track.closedAt !== null) return answer(refusal('TRACK_CLOSED'));
        track.bytes[offset + at] = bytes[at]!;
      }
      const covers = offset + bytes.byteLength;
      const mine = life;
      setTimeout(() => {
        if (mine !== life) return;
        track.durable = Math.max(track.durable, covers);
        answer({ durable: track.durable });
      }, syncMs);
    });

    socket.on('track:close', ({ trackId, length, capturedMs }, ack) => {
      if (mute) return;
      const track = tracks.get(trackId);
      if (!track || track.owner !== socket) return ack(refusal(track ? 'TRACK_TAKEN' : 'TRACK_NOT_OPEN'));
      const refused = orderedRefusal();
      if (refused) return ack(refused);
      if (track.durable < length) return ack(refusal('HOLE', { durable: track.durable }));
      if (track.closedAt !== null && track.closedAt !== length) violations.push('closed again at another length');
      track.closedAt = length;
      track.capturedMs = Math.max(track.capturedMs, capturedMs ?? 0);
      ack({ durable: track.durable });
    });
  });

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    io,
    violations,
    /** For the end of every test. */
    assertNoViolations() {
      if (violations.length > 0) throw new Error(`A client broke the rules: ${violations.join(', ')}.`);
    },
    /** Sizes of the slices that were taken. */
    sliceSizes,
    /** Track IDs in the order of `track:open`. */
    opens,
    track: (trackId: string) => tracks.get(trackId) ?? null,
    durable: (trackId: string) => tracks.get(trackId)?.durable ?? 0,
    bytes: (trackId: string) => Uint8Array.from(tracks.get(trackId)?.bytes ?? []),
    /** The next `count` calls are refused. */
    refuse(code: ErrorCode, count: number, retryAfterMs?: number) {
      refusals = [...refusals, { code, count, ...(retryAfterMs !== undefined && { retryAfterMs }) }];
    },
    /** Syncs, and with them answers, take so long from now on. */
    syncsTake(ms: number) {
      syncMs = ms;
    },
    /** Takes calls and answers none. */
    mute(on: boolean) {
      mute = on;
    },
    /** The network fails: connections are cut without a word. */
    cut() {
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
    },
    /** The server closes the connections on purpose, of which socket.io-client makes a difference. */
    sendAway() {
      io.disconnectSockets(true);
    },
    /** A power loss: what was not synced is gone, and with it its answers. */
    restart() {
      life += 1;
      for (const track of tracks.values()) track.bytes.length = track.durable;
      this.cut();
    },
    /** Forgets durable bytes, as no server may. */
    forget(trackId: string, durable: number) {
      const track = tracks.get(trackId)!;
      track.bytes.length = durable;
      track.durable = durable;
      this.cut();
    },
    slowDown: (sliceMs: number) => io.emit('slow-down', { sliceMs }),
    speedUp: () => io.emit('speed-up'),
    async close() {
      await io.close();
    },
  };
}

export type FakeServer = Awaited<ReturnType<typeof createFakeServer>>;
