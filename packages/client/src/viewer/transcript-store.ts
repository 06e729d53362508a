import type {
  Joined,
  Meeting,
  MeetingDetail,
  Minutes,
  Reply,
  Segment,
  SegmentPage,
  WireError,
} from '@hansard/protocol';
import { systemClock, type Clock } from '../clock.ts';
import { createListeners } from '../listeners.ts';
import type { HansardSocket } from '../socket.ts';
import { createBackoff, type BackoffOptions } from '../upload/backoff.ts';
import { createLines } from './lines.ts';

export interface TranscriptSnapshot {
  /** `offline`: what is shown may be behind; it is caught up as soon as the server is back. */
  phase: 'loading' | 'live' | 'offline' | 'refused' | 'deleted';
  meeting: MeetingDetail | null;
  /** The latest that were announced since the store was made; earlier ones are read over HTTP. */
  minutes: Minutes | null;
  /** By start, then by revision. */
  lines: readonly Segment[];
  /** The meeting's revision up to which nothing is missing. */
  cursor: number;
  error: WireError | null;
}

export interface TranscriptStore {
  /** For React's `useSyncExternalStore`. */
  subscribe(listener: () => void): () => void;
  /** The same object until something changes. */
  getSnapshot(): TranscriptSnapshot;
  /** Takes in what an HTTP call answered with, without waiting for its event. */
  apply(segments: readonly Segment[]): void;
  close(): void;
}

export interface TranscriptStoreOptions {
  socket: HansardSocket;
  meetingId: string;
  /** Reads one page after `since`. Left out, pages are asked for over the socket. */
  fetchPage?: (since: number) => Promise<SegmentPage>;
  clock?: Clock;
  backoff?: BackoffOptions;
  /** How long a revision that did not come is waited for before it is asked for. */
  missingAfterMs?: number;
}

/**
 * One meeting as a viewer sees it: joined, caught up page by page, then live. After a lost connection it asks for exactly
 * what it has not seen. An event that got lost between servers shows as a jump of `seq`, and is asked for too.
 */
export function createTranscriptStore({
  socket,
  meetingId,
  fetchPage,
  clock = systemClock,
  backoff: backoffOptions,
  missingAfterMs = 500,
}: TranscriptStoreOptions): TranscriptStore {
  const listeners = createListeners<void>();
  const lines = createLines();
  const backoff = createBackoff(backoffOptions);
  /** Revisions that came live, ahead of the cursor. */
  const ahead = new Set<number>();
  let parts: Omit<TranscriptSnapshot, 'lines'> = {
    phase: 'loading',
    meeting: null,
    minutes: null,
    cursor: 0,
    error: null,
  };
  let snapshot: TranscriptSnapshot | null = null;
  /** Counts connections: answers to an older one are ignored. */
  let connection = 0;
  let catchingUp = false;
  let cancelTimer = () => {};

  const change = (changes: Partial<typeof parts> = {}) => {
    parts = { ...parts, ...changes };
    snapshot = null;
    listeners.tell();
  };

  const over = () => parts.phase === 'deleted' || parts.phase === 'refused';

  const moveCursor = (to: number) => {
    let cursor = Math.max(parts.cursor, to);
    for (const seq of ahead) if (seq <= cursor) ahead.delete(seq);
    while (ahead.delete(cursor + 1)) cursor += 1;
    lines.settle(cursor);
    parts = { ...parts, cursor };
  };

  const takePage = ({ segments, cursor }: SegmentPage) => {
    for (const segment of segments) lines.apply(segment);
    moveCursor(cursor);
  };

  const join = (): Promise<Joined> => {
    const { promise, resolve, reject } = Promise.withResolvers<Joined>();
    socket.emit('meeting:join', { meetingId, since: parts.cursor }, (reply: Reply<Joined>) =>
      'error' in reply ? reject(new Refused(reply.error)) : resolve(reply),
    );
    return promise;
  };

  /** Reads pages until there are no more. `joining` also puts this viewer among those who are told. */
  const catchUp = async (joining: boolean) => {
    if (over() || (catchingUp && !joining)) return;
    cancelTimer();
    const mine = joining ? (connection += 1) : connection;
    catchingUp = true;
    try {
      for (let first = joining, more = true; more; first = false) {
        const page = first || !fetchPage ? await join() : await fetchPage(parts.cursor);
        if (mine !== connection) return;
        takePage(page);
        ({ more } = page);
        change('meeting' in page ? { meeting: (page as Joined).meeting } : {});
      }
      backoff.reset();
      change({ phase: 'live', error: null });
    } catch (error) {
      if (mine !== connection) return;
      const refusal = error instanceof Refused ? error.error : null;
      if (refusal && !refusal.retryable) return change({ phase: 'refused', error: refusal });
      cancelTimer = clock.after(backoff.next(refusal?.retryAfterMs), () => void catchUp(joining));
    } finally {
      if (mine === connection) catchingUp = false;
    }
    if (ahead.size > 0) awaitMissing();
  };

  /** A revision between the cursor and what came live is missing: if it does not come by itself, it is asked for. */
  const awaitMissing = () => {
    if (catchingUp) return;
    cancelTimer();
    cancelTimer = clock.after(missingAfterMs, () => {
      if (ahead.size > 0 && socket.connected) void catchUp(false);
    });
  };

  const take = (segment: Segment): boolean => {
    if (segment.meetingId !== meetingId) return false;
    const changed = lines.apply(segment);
    if (segment.seq > parts.cursor) ahead.add(segment.seq);
    if (!catchingUp) moveCursor(parts.cursor);
    if (ahead.size > 0) awaitMissing();
    return changed;
  };

  const onSegment = (segment: Segment) => {
    if (take(segment)) change();
  };
  const onMeeting = (meeting: Meeting | MeetingDetail) => {
    if (meeting.id !== meetingId) return;
    if (parts.meeting) change({ meeting: { ...parts.meeting, ...meeting } });
    else if ('tracks' in meeting) change({ meeting });
  };
  const onDeleted = (deleted: { meetingId: string }) => {
    if (deleted.meetingId === meetingId) change({ phase: 'deleted' });
  };
  const onMinutes = (minutes: Minutes) => {
    if (minutes.meetingId === meetingId) change({ minutes });
  };
  const onConnect = () => void catchUp(true);
  const onDisconnect = () => {
    connection += 1;
    catchingUp = false;
    cancelTimer();
    if (!over()) change({ phase: 'offline' });
  };

  socket.on('segment', onSegment);
  socket.on('meeting', onMeeting);
  socket.on('meeting:deleted', onDeleted);
  socket.on('minutes', onMinutes);
  socket.on('connect', onConnect);
  socket.on('disconnect', onDisconnect);
  if (socket.connected) void catchUp(true);

  return {
    subscribe: (listener) => listeners.add(listener),
    getSnapshot: () => (snapshot ??= { ...parts, lines: lines.list() }),
    apply(segments) {
      let changed = false;
      for (const segment of segments) changed = take(segment) || changed;
      if (changed) change();
    },
    close() {
      connection += 1;
      cancelTimer();
      socket.off('segment', onSegment);
      socket.off('meeting', onMeeting);
      socket.off('meeting:deleted', onDeleted);
      socket.off('minutes', onMinutes);
      socket.off('connect', onConnect);
      socket.off('disconnect', onDisconnect);
      if (socket.connected) socket.emit('meeting:leave', { meetingId }, () => {});
    },
  };
}

/** Carries the server's refusal through a rejected promise. */
class Refused extends Error {
  readonly error: WireError;
  constructor(error: WireError) {
    super(error.message);
    this.error = error;
  }
}
