import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

interface OperationsOptions {
  health: () => Health;
  /** False while starting and draining: traffic should go elsewhere, the process is well. */
  isReady: () => boolean;
  metrics: Registry;
}

/** `/health`, `/ready`, `/metrics`. */
export function operationsRoutes({ health, isReady, metrics }: OperationsOptions): FastifyPluginAsync {
  return async (app) => {
    app.get('/health', { schema: { hide: true } }, () => health());
    app.get('/ready', { schema: { hide: true } }, (_request, reply) =>
      reply.code(isReady() ? 200 : 503).send({ ready: isReady() }),
    );
    app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.metrics()),
    );
  };
}
