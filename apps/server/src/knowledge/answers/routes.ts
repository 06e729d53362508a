import type { OutgoingHttpHeaders } from 'node:http';
import { askPost, askReply, id, passageList, passageQuery, type AskReply } from '@hansard/protocol';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses } from '../../meetings/index.ts';
import { streamAnswer } from './event-stream.ts';
import type { Answers, AskOptions } from './service.ts';

const params = z.object({ id });
const tags = ['knowledge'];

/** Called before a question to one meeting is answered; gives the reply where another server has answered it. */
export type ToOwner = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** `/meetings/:id/passages`, `/meetings/:id/ask` and `/ask`. */
export function answerRoutes(answers: Answers, toOwner?: ToOwner): FastifyPluginAsync {
  const ofOneMeeting = toOwner ? { preHandler: toOwner } : {};
  const routes: FastifyPluginAsyncZod = async (app) => {
    app.get(
      '/meetings/:id/passages',
      {
        ...ofOneMeeting,
        schema: {
          summary: 'The passages of a meeting’s documents and transcript that fit a question best',
          tags,
          params,
          querystring: passageQuery,
          response: { 200: passageList, ...errorResponses },
        },
      },
      (request, reply) =>
        untilGone(reply, async (signal) => ({
          passages: await answers.passages(request.actor, request.params.id, request.query, signal),
        })),
    );

    app.post(
      '/meetings/:id/ask',
      {
        ...ofOneMeeting,
        schema: {
          summary: 'Ask a meeting: an answer from its documents and transcript, with sources',
          tags,
          params,
          body: askPost,
          response: { 200: askReply, ...errorResponses },
        },
      },
      (request, reply) =>
        respond(reply, request.body.stream, (options) =>
          answers.ask(request.actor, request.params.id, request.body.question, options),
        ),
    );

    app.post(
      '/ask',
      {
        schema: {
          summary: 'Ask all meetings',
          tags,
          body: askPost,
          response: { 200: askReply, ...errorResponses },
        },
      },
      (request, reply) =>
        respond(reply, request.body.stream, (options) => answers.askAll(request.actor, request.body.question, options)),
    );
  };
  return routes;
}

async function respond(
  reply: FastifyReply,
  isStreamed: boolean,
  ask: (options: AskOptions) => Promise<AskReply>,
): Promise<AskReply> {
  return untilGone(reply, async (signal) => {
    if (!isStreamed) return ask({ signal });
    await streamAnswer((onText) => ask({ signal, onText }), {
      begin: () => {
        reply.hijack();
        reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...streamHeaders });
        return reply.raw;
      },
    });
    return undefined as never;
  });
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // For a proxy that would collect the pieces.
  'x-accel-buffering': 'no',
};

/** Tells the work when the client goes; to one that has gone, nobody has to say that it was stopped. */
async function untilGone<T>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  try {
    return await work(gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    reply.hijack();
    return undefined as never;
  }
}
