import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import {
  apiPrefix,
  errorCodes,
  type ErrorCode,
  type MeetingDetail,
  type MemoryHistory,
  type MemoryState,
  type Minutes,
  type Segment,
} from '@hansard/protocol';
import { Server } from 'socket.io';
import { engines, makeDetail } from './fixtures.ts';
import { answerKnowledge, makeKnowledge, type Knowledge } from './knowledge-routes.ts';
import { makeMemoryHistory, makeMemoryState } from './memory-fixtures.ts';

/** What the server of the tests holds; a test changes it as it likes. */
export interface World {
  meetings: MeetingDetail[];
  segments: Map<string, Segment[]>;
  minutes: Map<string, Minutes>;
  engines: typeof engines;
  memory: MemoryState;
  memoryHistory: MemoryHistory;
  knowledge: Knowledge;
  /** Where set, every call fails with it. */
  failWith: ErrorCode | null;
}

export interface FixtureServer {
  url: string;
  world: World;
  io: Server;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Stricter than the server's: the app needs no inline style either. */
const policy = "default-src 'self'; connect-src 'self' ws:; media-src 'self' blob:; object-src 'none'; base-uri 'none'";

/** Serves the built app with a made-up server behind it: enough of the wire to show every state of every page. */
export async function startFixtureServer(dist: string): Promise<FixtureServer> {
  const world: World = {
    meetings: [],
    segments: new Map(),
    minutes: new Map(),
    engines,
    memory: makeMemoryState(),
    memoryHistory: makeMemoryHistory(),
    knowledge: makeKnowledge(),
    failWith: null,
  };
  const server = createServer((request, response) => void answer(request, response));
  const io = new Server(server, { transports: ['websocket'] });

  io.on('connection', (socket) => {
    socket.on('meeting:join', ({ meetingId }: { meetingId: string }, ack: (reply: unknown) => void) => {
      const meeting = world.meetings.find(({ id }) => id === meetingId);
      if (!meeting) return ack({ error: { code: 'NOT_FOUND', message: 'No such meeting.', retryable: false } });
      const segments = world.segments.get(meetingId) ?? [];
      ack({ meeting, segments, cursor: Math.max(0, ...segments.map(({ seq }) => seq)), more: false });
    });
    socket.on('meeting:leave', (_leave: unknown, ack: (reply: unknown) => void) => ack({}));
    const durable = new Map<string, number>();
    socket.on('track:open', ({ trackId }: { trackId: string }, ack: (reply: unknown) => void) =>
      ack({ durable: durable.get(trackId) ?? 0 }),
    );
    socket.on(
      'track:slice',
      (trackId: string, offset: number, bytes: Buffer, _ms: unknown, ack: (r: unknown) => void) => {
        durable.set(trackId, offset + bytes.length);
        ack({ durable: offset + bytes.length });
      },
    );
    socket.on('track:close', ({ length }: { length: number }, ack: (reply: unknown) => void) =>
      ack({ durable: length }),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = url.pathname.slice(apiPrefix.length);
    if (!world.failWith && (await answerKnowledge(world.knowledge, request, { path, body }, response))) return;
    const found = world.failWith ? fail(world.failWith) : route(world, request.method!, url, body);
    response.writeHead(found.status, { 'content-type': 'application/json' }).end(JSON.stringify(found.body));
  }

  function sendFile(path: string, request: IncomingMessage, response: ServerResponse): void {
    const asked = resolve(join(dist, path));
    const file =
      asked.startsWith(dist) && existsSync(asked) && statSync(asked).isFile() ? asked : join(dist, 'index.html');
    const gzip = existsSync(`${file}.gz`) && String(request.headers['accept-encoding']).includes('gzip');
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      'cache-control': file.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(gzip && { 'content-encoding': 'gzip' }),
    });
    createReadStream(gzip ? `${file}.gz` : file).pipe(response);
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    world,
    io,
    async close() {
      await io.close();
    },
  };
}

interface Answer {
  status: number;
  body: unknown;
}

function fail(code: ErrorCode): Answer {
  const { statusCode, retryable } = errorCodes[code];
  return { status: statusCode, body: { error: { code, message: 'The server of the tests says no.', retryable } } };
}

function route(world: World, method: string, url: URL, body: string): Answer {
  const [, , , collection, id, part, partId] = url.pathname.split('/');
  const ok = (content: unknown): Answer => ({ status: 200, body: content });
  if (collection === 'engines') {
    if (id === 'try') return ok({ engine: 'PocketSphinx', text: 'one two three', tookMs: 420 });
    return ok({ engines: world.engines });
  }
  if (collection === 'operations') return ok(part === 'history' ? world.memoryHistory : world.memory);
  if (collection === 'templates')
    return ok({ templates: [{ name: 'meeting', title: 'Meeting', sections: ['summary'] }] });
  if (collection !== 'meetings') return fail('NOT_FOUND');
  if (!id) {
    if (method === 'POST') {
      const made = { ...makeDetail(freshMeeting(world)), tracks: [] };
      world.meetings.unshift(made);
      return { status: 201, body: made };
    }
    return ok(page(world, url.searchParams));
  }
  const meeting = world.meetings.find((each) => each.id === id);
  if (!meeting) return fail('NOT_FOUND');
  if (part === 'segments' && method === 'PATCH') {
    const segment = world.segments.get(id)?.find((each) => each.id === partId);
    if (!segment) return fail('NOT_FOUND');
    meeting.seq += 1;
    Object.assign(segment, JSON.parse(body), { seq: meeting.seq, edited: true });
    return ok(segment);
  }
  if (part === 'segments') {
    const segments = (world.segments.get(id) ?? []).slice(0, Number(url.searchParams.get('limit') ?? 200));
    return ok({ segments, cursor: segments.at(-1)?.seq ?? 0, more: false });
  }
  if (part === 'minutes') {
    const minutes = world.minutes.get(id);
    return minutes ? ok(minutes) : fail('NOT_FOUND');
  }
  if (part !== undefined) return ok({});
  if (method === 'DELETE') {
    world.meetings = world.meetings.filter((each) => each !== meeting);
    return ok({
      deleted: { tracks: 1, parts: 3, chunks: 170, segments: 212, minutes: 1, documents: 0, audioBytes: 10_080_000 },
    });
  }
  if (method === 'PATCH') Object.assign(meeting, JSON.parse(body));
  return ok(meeting);
}

function freshMeeting({ meetings }: World): MeetingDetail {
  const now = Date.now();
  return {
    id: `new-${meetings.length}`,
    title: 'Untitled meeting',
    kind: 'meeting',
    state: 'live',
    createdAt: now,
    startedAt: now,
    endedAt: null,
    durationMs: 0,
    people: [],
    seq: 0,
    hasGaps: false,
    failedChunks: 0,
    openChunks: 0,
    tracks: [],
    ledger: { capturedMs: 0, durableMs: 0, transcribedMs: 0, gaps: [] },
    failures: [],
    behindMs: null,
  };
}

function page({ meetings }: World, query: URLSearchParams): unknown {
  const wanted = query.get('q')?.toLowerCase();
  const state = query.get('state');
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const found = meetings
    .filter((meeting) => !state || (state === 'gaps' ? meeting.hasGaps : meeting.state === state))
    .filter(({ title }) => !wanted || title.toLowerCase().includes(wanted) || 'export'.includes(wanted))
    .map((meeting) => (wanted ? { ...meeting, hits: [hit(meeting.id, wanted)] } : meeting));
  const end = from + limit;
  return { meetings: found.slice(from, end), cursor: end < found.length ? String(end) : null };
}

function hit(meetingId: string, wanted: string): unknown {
  const text = 'I would rather keep the date and leave the export out.';
  const at = text.indexOf(wanted);
  const marks = at < 0 ? [] : [[at, at + wanted.length]];
  return { segmentId: `${meetingId}-s4`, speaker: 'Treasurer', startMs: 31_000, text, marks };
}
