import { Readable } from 'node:stream';
import {
  captionPost,
  exportFormat,
  id,
  segment,
  segmentPage,
  segmentPatch,
  segmentQuery,
  speakerRename,
} from '@hansard/protocol';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorResponses } from '../meetings/index.ts';
import type { ExportMeeting } from './export/index.ts';
import { transcriptLimits } from './limits.ts';
import type { Transcript } from './service.ts';

const params = z.object({ id });
const lineParams = z.object({ id, segmentId: id });
const count = z.number().int().nonnegative();
const tags = ['transcript'];

/** `/meetings/:id/segments`, `/speakers` and `/export`: read, add to, correct and export a transcript. */
export function transcriptRoutes(transcript: Transcript, exportMeeting: ExportMeeting): FastifyPluginAsync {
  const routes: FastifyPluginAsyncZod = async (app) => {
    app.get(
      '/meetings/:id/segments',
      {
        schema: {
          summary: 'Lines written after a revision, deleted ones included',
          tags,
          params,
          querystring: segmentQuery,
          response: { 200: segmentPage, ...errorResponses },
        },
      },
      (request) => transcript.page(request.actor, request.params.id, request.query),
    );

    app.post(
      '/meetings/:id/segments',
      {
        bodyLimit: transcriptLimits.maxCaptionPostBytes,
        schema: {
          summary: 'Add captions, or replace those with the same externalId',
          tags,
          params,
          body: captionPost,
          response: {
            200: z.object({ accepted: count.describe('Lines that stand as posted') }),
            ...errorResponses,
          },
        },
      },
      async (request) => ({
        accepted: await transcript.addCaptions(request.actor, request.params.id, request.body),
      }),
    );

    app.patch(
      '/meetings/:id/segments/:segmentId',
      {
        schema: {
          summary: 'Correct a line; with a text, also one that was deleted',
          tags,
          params: lineParams,
          body: segmentPatch,
          response: { 200: segment, ...errorResponses },
        },
      },
      ({ actor, params, body }) => transcript.patch(actor, { meetingId: params.id, segmentId: params.segmentId }, body),
    );

    app.delete(
      '/meetings/:id/segments/:segmentId',
      {
        schema: {
          summary: 'Delete a line; the answer is the line as it was',
          tags,
          params: lineParams,
          response: { 200: segment, ...errorResponses },
        },
      },
      ({ actor, params }) => transcript.remove(actor, { meetingId: params.id, segmentId: params.segmentId }),
    );

    app.post(
      '/meetings/:id/speakers/rename',
      {
        schema: {
          summary: 'Give all lines of a speaker another name, those to come too',
          tags,
          params,
          body: speakerRename,
          response: { 200: z.object({ renamed: count }), ...errorResponses },
        },
      },
      async (request) => ({
        renamed: await transcript.renameSpeaker(request.actor, request.params.id, request.body),
      }),
    );

    app.get(
      '/meetings/:id/export',
      {
        schema: {
          summary: 'The transcript as a file',
          tags,
          params,
          querystring: z.object({ format: exportFormat }),
        },
      },
      async (request, reply) => {
        const { fileName, contentType, body } = await exportMeeting(
          request.actor,
          request.params.id,
          request.query.format,
        );
        void reply.headers({
          'content-type': contentType,
          'content-disposition': contentDisposition(fileName),
          'cache-control': 'private, no-cache',
        });
        return reply.send(Readable.from(body, { objectMode: false }));
      },
    );
  };
  return routes;
}
