import {
  id,
  meeting,
  meetingDeleted,
  meetingDetail,
  meetingPage,
  meetingPatch,
  meetingPost,
  meetingQuery,
} from '@hansard/protocol';
import type { FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses } from './error-responses.ts';
import type { Meetings } from './service.ts';

const params = z.object({ id });
const tags = ['meetings'];

/** `/meetings` and `/meetings/:id`: make, list, search, look at, rename, end and delete. */
export function meetingRoutes(meetings: Meetings): FastifyPluginAsync {
  const routes: FastifyPluginAsyncZod = async (app) => {
    app.post(
      '/meetings',
      {
        schema: {
          summary: 'Make a meeting; it is live at once',
          tags,
          body: meetingPost.nullish(),
          response: { 201: meeting, ...errorResponses },
        },
      },
      async (request, reply) => reply.code(201).send(await meetings.create(request.actor, request.body ?? {})),
    );

    app.get(
      '/meetings',
      {
        schema: {
          summary: 'List meetings, newest first, or search titles, people, days and transcripts',
          description: 'A page may be shorter than its limit: only a cursor of null is the end.',
          tags,
          querystring: meetingQuery,
          response: { 200: meetingPage, ...errorResponses },
        },
      },
      (request) => meetings.list(request.actor, request.query),
    );

    app.get(
      '/meetings/:id',
      {
        schema: {
          summary: 'A meeting with its tracks, its loss ledger and what failed',
          tags,
          params,
          response: { 200: meetingDetail, ...errorResponses },
        },
      },
      (request) => meetings.get(request.actor, request.params.id),
    );

    app.patch(
      '/meetings/:id',
      {
        schema: {
          summary: 'Change title or kind',
          tags,
          params,
          body: meetingPatch,
          response: { 200: meeting, ...errorResponses },
        },
      },
      (request) => meetings.patch(request.actor, request.params.id, request.body),
    );

    app.post(
      '/meetings/:id/end',
      {
        schema: {
          summary: 'End a live meeting',
          tags,
          params,
          response: { 200: meetingDetail, ...errorResponses },
        },
      },
      (request) => meetings.end(request.actor, request.params.id),
    );

    app.delete(
      '/meetings/:id',
      {
        schema: {
          summary: 'Delete a meeting with its audio, transcript, minutes and documents',
          tags,
          params,
          response: { 200: meetingDeleted, ...errorResponses },
        },
      },
      (request) => meetings.delete(request.actor, request.params.id),
    );
  };
  return routes;
}
