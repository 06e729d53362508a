import { engineList, engineTrial, id, limits, type EngineStatus } from '@hansard/protocol';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import '../identity/index.ts';
import type { Transcription } from './service.ts';

interface TranscriptionRoutesOptions {
  transcription: Transcription;
  /** All engines of the server, for Settings. */
  listEngines: () => EngineStatus[];
  /** A recording as a browser or a file has it, as Ogg/Opus. Throws `UNSUPPORTED_MEDIA`. */
  toOgg: (bytes: Uint8Array, mimeType: string) => Uint8Array | Promise<Uint8Array>;
}

const maxTrialBytes = 1024 * 1024;
const recordings = ['audio/webm', 'audio/ogg', 'audio/webm;codecs=opus', 'audio/ogg;codecs=opus'];

/** `POST /meetings/:id/chunks/retry`, `GET /engines` and `POST /engines/try`; the prefix is the caller's. */
export function transcriptionRoutes({
  transcription,
  listEngines,
  toOgg,
}: TranscriptionRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/meetings/:id/chunks/retry',
      {
        schema: {
          summary: 'Try failed chunks again: one, or all of the meeting',
          params: z.object({ id }),
          body: z.object({ chunkId: z.string().max(limits.maxIdLength).optional() }).nullish(),
          response: { 200: z.object({ retried: z.number().int().nonnegative() }) },
        },
      },
      async ({ actor, params, body }) => ({
        retried: await transcription.retry(actor, params.id, body?.chunkId),
      }),
    );

    app.get(
      '/engines',
      {
        schema: {
          summary: 'The speech engines: which is in use and why, and how to have another',
          response: { 200: engineList },
        },
      },
      async () => ({ engines: listEngines() }),
    );

    await app.register(async (scope) => {
      scope.addContentTypeParser(
        recordings,
        { parseAs: 'buffer', bodyLimit: maxTrialBytes },
        (_request, body, done) => {
          done(null, body);
        },
      );
      scope.post(
        '/engines/try',
        {
          bodyLimit: maxTrialBytes,
          schema: {
            summary: 'What the engine hears in a posted recording (WebM or Ogg, ≤ 1 MB)',
            response: { 200: engineTrial },
          },
        },
        async ({ actor, body, headers }) => {
          if (!Buffer.isBuffer(body) || body.length === 0) {
            throw new AppError('UNSUPPORTED_MEDIA', 'Post a recording as audio/webm or audio/ogg.');
          }
          return transcription.tryIt(actor, await toOgg(body, headers['content-type'] ?? ''));
        },
      );
    });
  };
}
