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
import { AppError, fromMemoryPressure, toErrorBody } from '../errors.ts';
import type { Actor } from '../identity/index.ts';
import { parseRequest } from '../parse.ts';
import type { Transcript } from './service.ts';

type TranscriptServer = Server<ClientToServerEvents, ServerToClientEvents>;
type TranscriptSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** One for all sockets. */
interface TranscriptSocketOptions {
  transcript: Transcript;
  getMeeting: (actor: Actor, meetingId: string) => Promise<MeetingDetail>;
  /** Runs what a viewer asks for when it has a place, or refuses it. */
  admit?: <T>(work: () => Promise<T>) => Promise<T>;
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

interface TranscriptData {
  transcript: TranscriptSocketOptions;
}

/**
 * Lets a client watch meetings and send captions. Every call is answered; one without an acknowledgement is ignored. The
 * handlers are the same functions for all sockets, of which there are thousands.
 */
export function registerTranscriptSocket(socket: TranscriptSocket, options: TranscriptSocketOptions): void {
  (socket.data as TranscriptData).transcript = options;
  socket.on('meeting:join', onJoin);
  socket.on('meeting:leave', onLeave);
  socket.on('captions:send', onCaptions);
}

function onJoin(this: TranscriptSocket, request: unknown, ack: unknown): void {
  answer(this, ack, ({ admit = (work) => work(), ...options }) => admit(() => join(this, request, options)));
}

async function join(
  socket: TranscriptSocket,
  request: unknown,
  { actor, getMeeting, transcript }: TranscriptSocketOptions,
) {
  const { meetingId, since } = parseRequest(meetingJoin, request);
  await getMeeting(actor, meetingId);
  await watch(socket, meetingId);
  // Read after joining: what is written in between comes twice rather than never.
  const meeting = await getMeeting(actor, meetingId);
  const page = await transcript.page(actor, meetingId, { since, limit: limits.maxSegmentsPerPage });
  return { meeting, ...page };
}

function onLeave(this: TranscriptSocket, request: unknown, ack: unknown): void {
  answer(this, ack, async () => {
    await this.leave(roomOf(parseRequest(meetingLeave, request).meetingId));
    return {};
  });
}

function onCaptions(this: TranscriptSocket, request: unknown, ack: unknown): void {
  answer(this, ack, async ({ actor, transcript }) => {
    const { meetingId, ...post } = parseRequest(captionsSend, request);
    return { accepted: await transcript.addCaptions(actor, meetingId, post) };
  });
}

function answer<T>(
  socket: TranscriptSocket,
  ack: unknown,
  work: (options: TranscriptSocketOptions) => Promise<T>,
): void {
  if (typeof ack !== 'function') return;
  const reply = ack as (reply: unknown) => void;
  const options = (socket.data as TranscriptData).transcript;
  work(options).then(reply, (error: unknown) => {
    if (!(error instanceof AppError || fromMemoryPressure(error)))
      options.log.error({ err: error }, 'a transcript call failed');
    reply(toErrorBody(error));
  });
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
    case 'document':
      room.emit('document', event.document);
      return;
    case 'document:deleted':
      room.emit('document:deleted', { meetingId: event.meetingId, documentId: event.documentId });
      return;
  }
}
