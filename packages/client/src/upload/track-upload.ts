import type { Durable, ErrorBody, Reply, WireError } from '@hansard/protocol';
import { ClientError } from '../client-error.ts';
import type { Clock } from '../clock.ts';
import type { HansardSocket } from '../socket.ts';
import type { Spool, SpooledTrack } from '../spool/contract.ts';
import type { Mark } from '../spool/marks.ts';
import type { Backoff } from './backoff.ts';
import type { SendBudget } from './send-budget.ts';
import type { UploadSettings } from './settings.ts';
import { createSendWindow } from './window.ts';

export type TrackPhase =
  | { kind: 'offline' }
  | { kind: 'opening' }
  | { kind: 'sending' }
  /** The server could not take it just now. The spool keeps it; the next try is on its way. */
  | { kind: 'waiting'; error: WireError }
  /** Nothing more is tried. The spool keeps what was not saved. */
  | { kind: 'stopped'; error: ClientError }
  | { kind: 'saved' };

export interface TrackProgress {
  trackId: string;
  meetingId: string;
  phase: TrackPhase;
  /** Bytes in the spool or on the server, and what was captured by then. */
  end: number;
  capturedMs: number;
  /** Bytes that the server has on disk, and what was captured by then, rounded down. */
  durable: number;
  durableMs: number;
}

export interface TrackUpload {
  /** A new connection: opens the track and goes on from what the server has. */
  connect(): void;
  disconnect(): void;
  /** The spool holds bytes up to the mark. */
  appended(end: Mark): void;
  /** All bytes are in the spool: once they are durable, the track is closed and leaves the spool. */
  finish(length: number, capturedMs: number): void;
  /** The server asks for slices of at least so much audio. */
  advise(sliceMs: number): void;
  /** The server took the track away. */
  taken(error: WireError): void;
  stop(error: ClientError): void;
  progress(): TrackProgress;
}

export interface TrackUploadOptions {
  track: SpooledTrack;
  /** Nobody records it any more: it ends where the spool, or the server, ends. */
  leftOver: boolean;
  socket: HansardSocket;
  spool: Spool;
  budget: SendBudget;
  backoff: Backoff;
  clock: Clock;
  settings: UploadSettings;
  /** When anything was last answered on this connection, over all tracks. */
  lastAnswer: { at: number };
  /** Called after every change of `progress()`. */
  changed: () => void;
  /** Nothing was answered for `answerTimeoutMs`. */
  stalled: () => void;
}

/** Holes in a row, with nothing saved in between, after which it waits before it tries again. */
const maxHolesInARow = 3;

/**
 * Takes one track from the spool to the server. Bytes are sent in order, ahead of the answers. After a failure nothing is
 * sent until all that is on the way was answered; then the worst of the failures decides how to go on.
 */
export function createTrackUpload(options: TrackUploadOptions): TrackUpload {
  const { track, leftOver, socket, spool, budget, backoff, clock, settings, lastAnswer, changed, stalled } = options;
  const { trackId } = track;
  const window = createSendWindow(settings.maxTrackBytesOnTheWay);

  let phase: TrackPhase = { kind: 'offline' };
  let length = track.length;
  let end: Mark = { offset: track.end, capturedMs: track.capturedMs };
  let durable: Mark = { offset: track.start, capturedMs: track.startMs };
  let sent: Mark = durable;
  /** Where slices ended that were sent and are not yet durable. */
  let marks: Mark[] = [];
  let dropped = track.start;
  let dropping = false;
  let slicesOnTheWay = 0;
  let bytesOnTheWay = 0;
  let failure: WireError | null = null;
  let holesInARow = 0;
  let advisedMs = 0;
  let reading = false;
  /** Counts connections: what belongs to an older one is ignored. */
  let connection = 0;
  let cancelRetry = () => {};

  const ended = () => phase.kind === 'stopped' || phase.kind === 'saved';
  const enter = (next: TrackPhase) => {
    if (ended()) return;
    phase = next;
    changed();
  };

  /** Forgets what is on the way: it is either answered, or will never be. */
  const cutOff = () => {
    connection += 1;
    cancelRetry();
    budget.give(bytesOnTheWay);
    slicesOnTheWay = 0;
    bytesOnTheWay = 0;
    failure = null;
  };

  const stop = (error: ClientError) => {
    if (ended()) return;
    cutOff();
    enter({ kind: 'stopped', error });
  };
  const spoolFailed = (cause: unknown) =>
    stop(
      cause instanceof ClientError
        ? cause
        : new ClientError('SPOOL_FAILED', 'The audio kept on this device could not be read.', cause),
    );

  /** Sends and watches for the answer. An answer to an older connection is dropped. */
  const ask = (send: (ack: (reply: Reply<Durable>) => void) => void, answered: (reply: Reply<Durable>) => void) => {
    const mine = connection;
    const sentAt = clock.now();
    let cancel = () => {};
    const watch = (): void => {
      if (mine !== connection) return;
      const quietMs = clock.now() - Math.max(sentAt, lastAnswer.at);
      if (quietMs >= settings.answerTimeoutMs) stalled();
      else cancel = clock.after(settings.answerTimeoutMs - quietMs, watch);
    };
    cancel = clock.after(settings.answerTimeoutMs, watch);
    send((reply) => {
      cancel();
      lastAnswer.at = clock.now();
      if (mine === connection) answered(reply);
    });
  };

  const open = () => {
    enter({ kind: 'opening' });
    const { meetingId, kind, mimeType, participant, startedAtMs, continues } = track;
    const call = { meetingId, trackId, kind, mimeType, participant, startedAtMs, continues, sentAtMs: clock.now() };
    ask(
      (ack) => socket.emit('track:open', call, ack),
      (reply) => {
        if (isError(reply)) return settle(reply.error);
        goOnAfterOpen(reply.durable).catch(spoolFailed);
      },
    );
  };

  const goOnAfterOpen = async (has: number) => {
    const mine = connection;
    if (has > end.offset && !leftOver) {
      return stop(new ClientError('REFUSED', 'The server has other audio under the ID of this recording.'));
    }
    // The spool knows what had been captured at any offset; after a reload nothing else does.
    await spool.drop(trackId, has);
    const kept = await spool.track(trackId);
    if (!kept) throw new ClientError('UNKNOWN_TRACK', 'The audio kept on this device has gone.');
    dropped = kept.start;
    if (has < dropped) return stop(lost(has, dropped));
    end = { offset: Math.max(end.offset, kept.end), capturedMs: Math.max(end.capturedMs, kept.capturedMs) };
    durable = { offset: has, capturedMs: kept.startMs };
    if (leftOver && length === null) {
      length = end.offset;
      await spool.saveTrack({ ...track, length, capturedMs: end.capturedMs });
    }
    if (mine !== connection) return;
    goOnFrom(has);
  };

  const goOnFrom = (offset: number) => {
    sent = { offset, capturedMs: Math.min(durable.capturedMs, end.capturedMs) };
    marks = [];
    enter({ kind: 'sending' });
    pump();
  };

  /** How many bytes to send now: 0 while the window is full, or more audio should be gathered first. */
  const nextSliceBytes = (): number => {
    const ready = Math.min(end.offset - sent.offset, settings.maxSliceBytes);
    if (ready <= 0 || slicesOnTheWay >= settings.maxSlicesInFlight) return 0;
    if (bytesOnTheWay > 0 && bytesOnTheWay + ready > window.bytes()) return 0;
    const slownessMs = slicesOnTheWay > 0 ? Math.min(window.answerMs(), settings.maxCoalescedMs) : 0;
    const gathered = end.capturedMs - sent.capturedMs >= Math.max(advisedMs, slownessMs);
    return gathered || ready === settings.maxSliceBytes || length !== null ? ready : 0;
  };

  const pump = () => {
    if (phase.kind !== 'sending' || reading || failure) return;
    if (length !== null && durable.offset >= length && slicesOnTheWay === 0) return close(length);
    const wanted = nextSliceBytes();
    if (wanted === 0) return;
    reading = true;
    sendSlice(wanted)
      .catch(spoolFailed)
      .finally(() => {
        reading = false;
        pump();
      });
  };

  const sendSlice = async (wanted: number) => {
    const mine = connection;
    await budget.take(wanted);
    const giveBack = () => budget.give(wanted);
    if (mine !== connection || failure) return giveBack();
    const from = sent.offset;
    const { bytes, capturedMs } = await spool.read(trackId, from, wanted).catch((error: unknown) => {
      giveBack();
      throw error;
    });
    if (mine !== connection || failure) return giveBack();
    if (bytes.byteLength !== wanted) {
      giveBack();
      throw new ClientError('SPOOL_FAILED', 'The audio kept on this device is shorter than what was recorded.');
    }
    sent = { offset: from + wanted, capturedMs };
    marks.push(sent);
    slicesOnTheWay += 1;
    bytesOnTheWay += wanted;
    const sentAt = clock.now();
    ask(
      (ack) => socket.emit('track:slice', trackId, from, bytes, end.capturedMs, ack),
      (reply) => {
        slicesOnTheWay -= 1;
        bytesOnTheWay -= wanted;
        giveBack();
        window.answered(clock.now() - sentAt);
        if (isError(reply)) failure = worse(failure, reply.error);
        else accept(reply.durable);
        if (failure && slicesOnTheWay === 0) settle(failure);
        else pump();
      },
    );
  };

  const accept = (upTo: number) => {
    if (upTo <= durable.offset) return;
    let reached = durable.capturedMs;
    for (let [mark] = marks; mark && mark.offset <= upTo; [mark] = marks) {
      reached = mark.capturedMs;
      marks.shift();
    }
    durable = { offset: Math.min(upTo, end.offset), capturedMs: reached };
    holesInARow = 0;
    backoff.reset();
    changed();
    trim();
  };

  /** Lets the spool drop what is durable: now and then, one call at a time. */
  const trim = () => {
    if (dropping || ended() || durable.offset - dropped < settings.trimBytes) return;
    dropping = true;
    const upTo = durable.offset;
    spool
      .drop(trackId, upTo)
      .then(() => trimmed(upTo))
      .catch(spoolFailed);
  };

  const trimmed = (upTo: number) => {
    dropped = Math.max(dropped, upTo);
    dropping = false;
    trim();
  };

  const close = (length: number) => {
    enter({ kind: 'opening' });
    ask(
      (ack) => socket.emit('track:close', { trackId, length, capturedMs: end.capturedMs }, ack),
      (reply) => {
        if (isError(reply)) return settle(reply.error);
        if (reply.durable < length) return settle({ code: 'HOLE', message: '', retryable: true, ...reply });
        spool
          .remove(trackId)
          .then(() => enter({ kind: 'saved' }))
          .catch(spoolFailed);
      },
    );
  };

  /** Nothing is on the way: goes on as the failure asks for. */
  const settle = (error: WireError) => {
    failure = null;
    if (error.code === 'HOLE' && error.durable !== undefined && holesInARow < maxHolesInARow) {
      holesInARow += 1;
      if (error.durable < dropped) return stop(lost(error.durable, dropped));
      if (error.durable <= end.offset) return goOnFrom(error.durable);
    }
    if (!error.retryable) return stop(new ClientError('REFUSED', error.message, error));
    const mine = connection;
    enter({ kind: 'waiting', error });
    cancelRetry = clock.after(backoff.next(error.retryAfterMs), () => {
      if (mine === connection) open();
    });
  };

  return {
    connect() {
      if (ended()) return;
      cutOff();
      open();
    },
    disconnect() {
      if (ended()) return;
      cutOff();
      enter({ kind: 'offline' });
    },
    appended(mark) {
      end = mark;
      changed();
      pump();
    },
    finish(atLength, capturedMs) {
      length = atLength;
      end = { offset: atLength, capturedMs };
      changed();
      pump();
    },
    advise(sliceMs) {
      advisedMs = sliceMs;
      pump();
    },
    taken(error) {
      if (ended()) return;
      cutOff();
      settle(error);
    },
    stop,
    progress: () => ({
      trackId,
      meetingId: track.meetingId,
      phase,
      end: end.offset,
      capturedMs: end.capturedMs,
      durable: durable.offset,
      // All bytes stand for all that was captured, whatever rounding says.
      durableMs: durable.offset === end.offset ? end.capturedMs : durable.capturedMs,
    }),
  };
}

function isError(reply: Reply<Durable>): reply is ErrorBody {
  return 'error' in reply;
}

/** The failure that decides: a final one before one that passes, and a hole, which mostly follows from another, last. */
function worse(one: WireError | null, other: WireError): WireError {
  if (!one) return other;
  const rank = ({ code, retryable }: WireError) => (code === 'HOLE' ? 0 : retryable ? 1 : 2);
  return rank(other) > rank(one) ? other : one;
}

function lost(from: number, to: number): ClientError {
  return new ClientError(
    'LOST',
    `The server no longer has bytes ${from} to ${to} of this recording, which it had confirmed; this device let go of them.`,
  );
}
