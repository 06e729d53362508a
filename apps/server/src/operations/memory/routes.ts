import type { Readable } from 'node:stream';
import {
  id,
  memoryDrill,
  memoryDrillReport,
  memoryHistory,
  memoryHistoryQuery,
  memoryProfileQuery,
  memoryState,
} from '@hansard/protocol';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import '../../identity/index.ts';
import type { MemoryOperations } from './service.ts';

const tags = ['operations'];

/** `/operations/memory` and below; the prefix is the caller's. */
export function memoryRoutes(memory: MemoryOperations): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/operations/memory',
      { schema: { summary: 'What memory is like now, and what holds it', tags, response: { 200: memoryState } } },
      async ({ actor }, reply) => {
        void reply.header('cache-control', 'no-store');
        return memory.state(actor);
      },
    );

    app.get(
      '/operations/memory/history',
      {
        schema: {
          summary: 'The course of memory over five minutes, an hour, a day or 30 days',
          tags,
          querystring: memoryHistoryQuery,
          response: { 200: memoryHistory },
        },
      },
      async ({ actor, query }, reply) => {
        void reply.header('cache-control', 'no-store');
        return memory.history(actor, query.range);
      },
    );

    app.post(
      '/operations/memory/drill',
      {
        schema: {
          summary: 'Apply real pressure up to a level, where HANSARD_MEMORY_DRILL is on',
          tags,
          body: memoryDrill,
          response: { 202: memoryDrillReport },
        },
      },
      async ({ actor, body }, reply) => reply.code(202).send(memory.startDrill(actor, body)),
    );

    app.delete(
      '/operations/memory/drill',
      {
        schema: {
          summary: 'End a drill: what it holds is let go at once',
          tags,
          response: { 200: z.object({ report: memoryDrillReport.nullable() }) },
        },
      },
      async ({ actor }) => ({ report: memory.cancelDrill(actor) }),
    );

    app.delete(
      '/operations/memory/rooms/:id',
      {
        schema: {
          summary: 'Let a meeting’s room go from memory; it comes back when it is asked',
          tags,
          params: z.object({ id }),
          response: { 200: z.object({ evicted: z.object({ bytes: z.number().int().nonnegative() }) }) },
        },
      },
      async ({ actor, params }) => ({ evicted: await memory.evictRoom(actor, params.id) }),
    );

    app.post(
      '/operations/memory/snapshot',
      { schema: { summary: 'A heap snapshot as a download, refused where there is no room to take one', tags } },
      async ({ actor }, reply) => download(reply, 'heapsnapshot', (signal) => memory.snapshot(actor, signal)),
    );

    app.post(
      '/operations/memory/profile',
      {
        schema: {
          summary: 'A profile of what is allocated in so many seconds, as a download',
          tags,
          querystring: memoryProfileQuery,
        },
      },
      async ({ actor, query }, reply) =>
        download(reply, 'heapprofile', (signal) => memory.profile(actor, query.seconds * 1000, signal)),
    );
  };
}

/** A file named by the time; who goes away ends its making. */
async function download(
  reply: FastifyReply,
  extension: string,
  take: (signal: AbortSignal) => Promise<Readable>,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const content = await take(gone.signal);
  const name = `hansard-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.${extension}`;
  return reply
    .header('content-type', 'application/octet-stream')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store')
    .send(content);
}
