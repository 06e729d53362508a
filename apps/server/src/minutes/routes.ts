import { id, limits, minutes, minutesPost } from '@hansard/protocol';
import type { FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { MinutesService } from './service.ts';

const params = z.object({ id });
const template = z.object({
  name: z.string().max(limits.maxTemplateNameLength),
  title: z.string(),
  sections: z.array(z.string()),
});

export function minutesRoutes(service: MinutesService): FastifyPluginAsync {
  const routes: FastifyPluginAsyncZod = async (app) => {
    app.post(
      '/meetings/:id/minutes',
      {
        schema: {
          summary: 'Make minutes; where some are being made, those are given',
          tags: ['minutes'],
          params,
          body: minutesPost.nullish(),
          response: { 202: minutes },
        },
      },
      async (request, reply) =>
        reply.code(202).send(await service.make(request.actor, request.params.id, request.body ?? {})),
    );

    app.get(
      '/meetings/:id/minutes',
      { schema: { summary: 'The latest minutes', tags: ['minutes'], params, response: { 200: minutes } } },
      (request) => service.latest(request.actor, request.params.id),
    );

    app.delete(
      '/meetings/:id/minutes/running',
      {
        schema: {
          summary: 'Cancel the minutes that are being made',
          tags: ['minutes'],
          params,
          response: { 200: minutes },
        },
      },
      (request) => service.cancel(request.actor, request.params.id),
    );

    app.get(
      '/templates',
      {
        schema: {
          summary: 'Templates for minutes; the kind of a meeting chooses one by its name',
          tags: ['minutes'],
          response: { 200: z.object({ templates: z.array(template) }) },
        },
      },
      (request) => ({
        templates: service
          .templates(request.actor)
          .map(({ name, title, sections }) => ({ name, title, sections: Object.keys(sections) })),
      }),
    );
  };
  return routes;
}
