import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ClientToServerEvents,
  MeetingDetail,
  Segment,
  SegmentPage,
  ServerToClientEvents,
} from '@hansard/protocol';
import { Server } from 'socket.io';

const meetingId = 'm1';

/** A meeting that is written to while it is watched, with events that can be withheld. */
export async function createFakeTranscriptServer({ pageSize = 200 } = {}) {
  const http = createServer();
  const io = new Server<ClientToServerEvents, ServerToClientEvents>(http, { transports: ['websocket'] });
  const segments = new Map<string, Segment>();
  const joins: number[] = [];
  let seq = 0;

  const meeting = (): MeetingDetail => ({
    id: meetingId,
    title: 'Budget',
    kind: 'general',
    state: 'live',
    createdAt: 1,
    startedAt: 1,
    endedAt: null,
    durationMs: 0,
    people: [],
    seq,
    hasGaps: false,
    failedChunks: 0,
    openChunks: 0,
    tracks: [],
    ledger: { capturedMs: 0, durableMs: 0, transcribedMs: 0, gaps: [] },
    failures: [],
    behindMs: null,
  });

  const page = (since: number): SegmentPage => {
    const later = [...segments.values()].filter((each) => each.seq > since).sort((a, b) => a.seq - b.seq);
    const shown = later.slice(0, pageSize);
    const more = later.length > shown.length;
    return { segments: shown, cursor: more ? shown.at(-1)!.seq : seq, more };
  };

  io.on('connection', (socket) => {
    socket.on('meeting:join', async (join, ack) => {
      joins.push(join.since ?? 0);
      if (join.meetingId !== meetingId) {
        return ack({ error: { code: 'NOT_FOUND', message: 'No such meeting.', retryable: false } });
      }
      await socket.join(meetingId);
      ack({ meeting: meeting(), ...page(join.since ?? 0) });
    });
    socket.on('meeting:leave', async (_leave, ack) => {
      await socket.leave(meetingId);
      ack({});
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    io,
    joins,
    page,
    meeting,
    seq: () => seq,
    /** Writes a line (again) and answers with it; nobody is told yet. */
    write(line: { id: string; startMs: number; text?: string; deleted?: boolean }): Segment {
      seq += 1;
      const segment: Segment = {
        seq,
        meetingId,
        trackId: null,
        speaker: null,
        endMs: line.startMs + 1,
        final: true,
        text: `${line.id} at ${seq}`,
        ...line,
      };
      segments.set(line.id, segment);
      return segment;
    },
    tell: (segment: Segment) => io.to(meetingId).emit('segment', segment),
    watchers: () => io.sockets.adapter.rooms.get(meetingId)?.size ?? 0,
    lines: () =>
      [...segments.values()]
        .filter(({ deleted }) => !deleted)
        .sort((one, other) => one.startMs - other.startMs || one.seq - other.seq),
    cut() {
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
    },
    async close() {
      await io.close();
    },
  };
}
