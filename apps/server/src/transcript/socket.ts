import {
  captionsSend,
  id,
  limits,
  meetingJoin,
  type ClientToServerEvents,
  type MeetingDetail,
  type ServerToClientEvents,
} from '@hansard/protocol';
import type { Logger } from 'pino';
import type { Server, Socket } from 'socket.io';
import { z } from 'zod';
import type { Bus, MeetingEvent } from '../adapters/bus/index.ts';
import { AppError, toErrorBody } from '../errors.ts';
import type { Actor } from '../identity/index.ts';
import { parseRequest } from '../parse.ts';
import type { Transcript } from './service.ts';

type TranscriptServer = Server<ClientToServerEvents, ServerToClientEvents>;
type TranscriptSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

interface TranscriptSocketOptions {
  transcript: Transcript;
  getMeeting: (actor: Actor, meetingId: string) => Promise<MeetingDetail>;
  actor: Actor;
  log: Logger;
}

const meetingLeave = z.object({ meetingId: id });
const roomPrefix = 'meeting:';
const roomOf = (meetingId: string): string => roomPrefix + meetingId;

/**
 * Sends each meeting's events to those of this instance's sockets that watch it, encoded once for all of them. Gives the
 * function that ends it.
 */
export function fanOutMeetings(io: TranscriptServer, bus: Bus): () => void {
  return bus.subscribe((meetingId, event) => {
    const room = roomOf(meetingId);
    if (!io.of('/').adapter.rooms.has(room)) return;
    emit(io.local.to(room), event);
    if (event.type === 'meeting:deleted') io.local.in(room).socketsLeave(room);
  });
}

/** Lets a client watch meetings and send captions. Every call is answered; one without an acknowledgement is ignored. */
export function registerTranscriptSocket(
  socket: TranscriptSocket,
  { transcript, getMeeting, actor, log }: TranscriptSocketOptions,
): void {
  const answer = <T>(ack: unknown, work: () => Promise<T>): void => {
    if (typeof ack !== 'function') return;
    const reply = ack as (reply: unknown) => void;
    work().then(reply, (error: unknown) => {
      if (!(error instanceof AppError)) log.error({ err: error }, 'a transcript call failed');
      reply(toErrorBody(error));
    });
  };

  socket.on('meeting:join', (request: unknown, ack: unknown) =>
    answer(ack, async () => {
      const { meetingId, since } = parseRequest(meetingJoin, request);
      await getMeeting(actor, meetingId);
      await watch(socket, meetingId);
      // Read after joining: what is written in between comes twice rather than never.
      const meeting = await getMeeting(actor, meetingId);
      const page = await transcript.page(actor, meetingId, { since, limit: limits.maxSegmentsPerPage });
      return { meeting, ...page };
    }),
  );

  socket.on('meeting:leave', (request: unknown, ack: unknown) =>
    answer(ack, async () => {
      await socket.leave(roomOf(parseRequest(meetingLeave, request).meetingId));
      return {};
    }),
  );

  socket.on('captions:send', (request: unknown, ack: unknown) =>
    answer(ack, async () => {
      const { meetingId, ...post } = parseRequest(captionsSend, request);
      return { accepted: await transcript.addCaptions(actor, meetingId, post) };
    }),
  );
}

async function watch(socket: TranscriptSocket, meetingId: string): Promise<void> {
  const room = roomOf(meetingId);
  const watched = [...socket.rooms].filter((each) => each.startsWith(roomPrefix));
  if (watched.length >= limits.maxMeetingsPerSocket && !watched.includes(room)) {
    throw new AppError(
      'TOO_MANY',
      `One connection may watch ${limits.maxMeetingsPerSocket} meetings; leave one first.`,
    );
  }
  await socket.join(room);
}

function emit(room: ReturnType<TranscriptServer['to']>, event: MeetingEvent): void {
  switch (event.type) {
    case 'segment':
      room.emit('segment', event.segment);
      return;
    case 'meeting':
      room.emit('meeting', event.meeting);
      return;
    case 'meeting:deleted':
      room.emit('meeting:deleted', { meetingId: event.meetingId });
      return;
    case 'minutes':
      room.emit('minutes', event.minutes);
      return;
  }
}
