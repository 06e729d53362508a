import { id, pipelineLog as pipelineLogSchema, type MeetingDetail } from '@hansard/protocol';
import type { FastifyPluginAsync } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireRight, type Actor } from '../identity/index.ts';
import type { PipelineLog } from './pipeline-log.ts';

/** `/meetings/:id/pipeline-log`: what happened to the meeting, while debug is on. */
export function pipelineLogRoutes(
  log: PipelineLog | null,
  getMeeting: (actor: Actor, meetingId: string) => Promise<MeetingDetail>,
): FastifyPluginAsync {
  const routes: FastifyPluginAsyncZod = async (app) => {
    app.get(
      '/meetings/:id/pipeline-log',
      {
        schema: {
          summary: 'What happened to a meeting on its way to text; kept while the log level is debug',
          tags: ['operations'],
          params: z.object({ id }),
          response: { 200: pipelineLogSchema },
        },
      },
      async ({ actor, params }) => {
        requireRight(actor, 'operate');
        await getMeeting(actor, params.id);
        return { isKept: log !== null, lines: [...(log?.read(params.id) ?? [])] };
      },
    );
  };
  return routes;
}
