import { addAbortSignal, Readable } from 'node:stream';
import fastifyMultipart, { type MultipartFile } from '@fastify/multipart';
import { documentAccepted, documentDeleted, documentList, id, meetingDocument } from '@hansard/protocol';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { errorResponses } from '../../meetings/index.ts';
import { parseRange } from '../../range.ts';
import { discardRest } from './discard-rest.ts';
import { documentLimits } from './limits.ts';
import type { Documents, Upload } from './service.ts';

const params = z.object({ id });
const documentParams = z.object({ id, documentId: id });
const tags = ['documents'];

const ownerOf = ({ id: meetingId, documentId }: z.infer<typeof documentParams>) => ({ meetingId, id: documentId });

/** `/meetings/:id/documents`: add, list, read, cancel and delete what answers are made from. */
export function documentRoutes(documents: Documents, { maxBytes }: { maxBytes: number }): FastifyPluginAsync {
  const routes: FastifyPluginAsyncZod = async (app) => {
    await app.register(fastifyMultipart, {
      // One byte more than is taken, so that the one who counts says what is wrong.
      limits: { fileSize: maxBytes + 1, files: 2, fields: 8, fieldSize: 1024, parts: 10, headerPairs: 50 },
      throwFileSizeLimit: false,
    });

    app.post(
      '/meetings/:id/documents',
      {
        schema: {
          summary: 'Add a document; it is read in the background',
          description:
            'A form (`multipart/form-data`) whose field `file` is one PDF, DOCX, PPTX, Markdown, HTML or text.',
          tags,
          consumes: ['multipart/form-data'],
          params,
          response: { 202: documentAccepted, ...errorResponses },
        },
      },
      async (request, reply) => {
        try {
          const upload = await fileOf(request);
          return await reply.code(202).send(await documents.add(request.actor, request.params.id, upload));
        } catch (error) {
          discardRest(request.raw, documentLimits.maxDiscardedBytes);
          throw error;
        }
      },
    );

    app.get(
      '/meetings/:id/documents',
      {
        schema: {
          summary: 'The documents of a meeting, in the order in which they were added',
          tags,
          params,
          response: { 200: documentList, ...errorResponses },
        },
      },
      async (request) => ({ documents: await documents.list(request.actor, request.params.id) }),
    );

    app.post(
      '/meetings/:id/documents/:documentId/cancel',
      {
        schema: {
          summary: 'Stop reading a document; one that is ready stays as it is',
          tags,
          params: documentParams,
          response: { 200: meetingDocument, ...errorResponses },
        },
      },
      (request) => documents.cancel(request.actor, ownerOf(request.params)),
    );

    app.delete(
      '/meetings/:id/documents/:documentId',
      {
        schema: {
          summary: 'Delete a document, its file and its passages; also one that is being read',
          tags,
          params: documentParams,
          response: { 200: documentDeleted, ...errorResponses },
        },
      },
      (request) => documents.delete(request.actor, ownerOf(request.params)),
    );

    app.get(
      '/meetings/:id/documents/:documentId/original',
      {
        // Ranges are of the bytes as they are.
        compress: false,
        schema: {
          summary: 'The file as it was sent; a PDF can be shown at `#page=4`, all others are downloads',
          tags,
          params: documentParams,
        },
      },
      async (request, reply) => {
        const file = await documents.original(request.actor, ownerOf(request.params));
        const isStale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== file.etag;
        const range = parseRange(isStale ? undefined : request.headers.range, file.size);
        void reply.headers({
          'accept-ranges': 'bytes',
          'content-type': file.contentType,
          'content-disposition': contentDisposition(file.name, { type: file.isInline ? 'inline' : 'attachment' }),
          'content-security-policy': file.isInline ? viewerPolicy : 'sandbox',
          etag: file.etag,
          'cache-control': 'private, no-cache',
        });
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

/** What a browser's own PDF viewer needs, and nothing that a page could use. */
const viewerPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** The one file of a form; its content ends with an error where the form is cut off, or another file is behind it. */
async function fileOf(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new AppError('UNSUPPORTED_MEDIA', 'Send the document as a form (multipart/form-data), in its field “file”.');
  }
  const parts = request.parts();
  const part = await nextFile(parts).catch(damaged);
  if (part?.fieldname !== 'file') throw new AppError('BAD_REQUEST', 'The form has no file in its field “file”.');
  addAbortSignal(AbortSignal.timeout(documentLimits.uploadMs), part.file);
  return { name: part.filename, content: alone(part.file, parts) };
}

type Parts = ReturnType<FastifyRequest['parts']>;

async function nextFile(parts: Parts): Promise<MultipartFile | undefined> {
  for (;;) {
    const { value: part, done } = await parts.next();
    if (done) return undefined;
    if (part.type === 'file') return part;
  }
}

async function* alone(file: AsyncIterable<Uint8Array>, parts: Parts): AsyncGenerator<Uint8Array> {
  try {
    yield* file;
    if (!(await nextFile(parts))) return;
  } catch (error) {
    damaged(error);
  }
  throw new AppError('BAD_REQUEST', 'Send one file with each request.');
}

/** Whatever the form's parser throws is its sender's doing, or the network's. */
function damaged(error: unknown): never {
  const message = 'The form was cut off, took too long or can’t be read. Send it again.';
  throw new AppError('BAD_REQUEST', message, { cause: error });
}
