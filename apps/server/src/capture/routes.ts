import { Readable } from 'node:stream';
import { id } from '@hansard/protocol';
import type { FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { parseRange } from '../range.ts';
import type { Capture } from './service.ts';

/** `GET /meetings/:id/audio`: a track as one file, whole or by range. */
export function captureRoutes(capture: Capture): FastifyPluginAsync {
  const routes: FastifyPluginAsyncZod = async (app) => {
    app.get(
      '/meetings/:id/audio',
      {
        schema: {
          summary: 'The recording of one track as a playable, seekable file',
          tags: ['audio'],
          params: z.object({ id }),
          querystring: z.object({
            track: id.optional(),
            /** Sent as a file to keep rather than to play. */
            download: z.enum(['1']).optional(),
          }),
        },
      },
      async (request, reply) => {
        const file = await capture.audio(request.actor, request.params.id, request.query.track);
        const isStale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== file.etag;
        const range = parseRange(isStale ? undefined : request.headers.range, file.size);
        void reply.headers({
          'accept-ranges': 'bytes',
          'content-type': file.contentType,
          etag: file.etag,
          'cache-control': 'private, no-cache',
        });
        if (request.query.download) void reply.header('content-disposition', 'attachment; filename="recording.ogg"');
        if (range === 'unsatisfiable') {
          void reply.header('content-range', `bytes */${file.size}`);
          throw new AppError('RANGE_NOT_SATISFIABLE', `The file has ${file.size} bytes.`);
        }
        const { start, end } = range ?? { start: 0, end: file.size };
        if (range) void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${file.size}`);
        void reply.header('content-length', end - start);
        return reply.send(Readable.from(file.read(start, end), { objectMode: false }));
      },
    );
  };
  return routes;
}
