import fastifyCompress from '@fastify/compress';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import { governFastify, type GateOptions } from '@hansard/headroom/fastify';
import { apiPrefix, protocolVersion } from '@hansard/protocol';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyRequest,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { AppError, fromMemoryPressure, toErrorBody } from '../errors.ts';
import { checkOrigin, ownerActor } from '../identity/index.ts';
import { readPreloads } from './preloads.ts';
import { securityHeaders } from './security-headers.ts';

/** Bytes of a request body, where a route does not say otherwise. */
const maxBodyBytes = 1024 * 1024;

const leastBytesToCompress = 4096;

interface HttpOptions {
  log: Logger;
  /** Under `/api/v1`. */
  api: readonly FastifyPluginAsync[];
  /** Outside the prefix: health, readiness, metrics. */
  operations: FastifyPluginAsync;
  /** The classes in which requests have to find a place; without, all pass. */
  gate?: GateOptions<FastifyRequest>;
  /** The built web app; null where it was not built. */
  webDir: string | null;
}

/** Everything that comes by HTTP: who asks, errors in one shape, the API with its description, and the web app. */
export async function createHttpServer({ log, api, operations, gate, webDir }: HttpOptions): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    bodyLimit: maxBodyBytes,
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('actor', { getter: () => ownerActor });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    checkOrigin({ host: request.headers.host, origin: request.headers.origin });
  });
  // Before any route, so that it counts for all.
  if (gate) await app.register(governFastify, gate);
  app.setErrorHandler((error, _request, reply) => {
    const known = asAppError(error);
    if (!known) log.error({ err: error }, 'a request failed');
    const body = toErrorBody(known ?? error);
    const { retryAfterMs } = body.error;
    if (retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
    return reply.code(known?.statusCode ?? 500).send(body);
  });

  // Files of the web app are compressed when they are built, and sound is so already: this is for JSON and text.
  await app.register(fastifyCompress, { encodings: ['gzip'], threshold: leastBytesToCompress });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Hansard',
        description: 'A record of meetings.',
        version: String(protocolVersion),
        license: { name: 'Apache-2.0' },
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(operations);
  await app.register(
    async (scope) => {
      for (const routes of api) await scope.register(routes);
      scope.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    },
    { prefix: apiPrefix },
  );
  await serveWeb(app, webDir);
  return app;
}

/** Hashed files are kept for ever; every other path that asks for a page gets the app, which shows its own 404. */
async function serveWeb(app: FastifyInstance, webDir: string | null): Promise<void> {
  if (webDir) {
    await app.register(fastifyStatic, {
      root: webDir,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/');
        void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  const preloads = webDir ? readPreloads(webDir) : null;
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (webDir && wantsPage && !request.url.startsWith(apiPrefix)) {
      const link = preloads?.(request.url);
      if (link) void reply.header('link', link);
      return reply.sendFile('index.html');
    }
    throw new AppError('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
  });
}

/** What the framework found wrong, in the words of the protocol; null for what nobody expected. */
function asAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  const refusal = fromMemoryPressure(error);
  if (refusal) return refusal;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation;
    const field = issue?.instancePath.slice(1).replaceAll('/', '.') || error.validationContext || 'request';
    return new AppError('BAD_REQUEST', `${field}: ${issue?.message ?? 'is not valid'}`);
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === 413) return new AppError('TOO_LARGE', 'The request body is too large.');
  if (statusCode === 415) return new AppError('UNSUPPORTED_MEDIA', 'This media type is not taken here.');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError('BAD_REQUEST', message ?? 'The request could not be read.');
  }
  return null;
}
