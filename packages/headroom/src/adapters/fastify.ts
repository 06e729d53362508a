import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { createClassOf, tryHold, waitForPlace, type AdmissionClass, type GateOptions } from './gate.ts';
import { isRefusal, refusalHeaders } from './refusal.ts';

export { alwaysPass, type AdmissionClass, type GateOptions } from './gate.ts';
export type { Place } from './hold-place.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route's class; null lets its requests pass always. Goes before `classify` and `exempt`. */
    headroom?: AdmissionClass | null;
  }
}

/**
 * Lets a request on when its class has room, and else fails it with a `MemoryPressureError` (503 or 429, and Retry-After)
 * before the body is read, so that the application's own error handler answers.
 * It counts for the context that registers it and those within: `app.register(governFastify, { requestClass })`. It costs least
 * where no route names a class, and it is registered, and awaited, before the first of them.
 */
export const governFastify: FastifyPluginCallback<GateOptions<FastifyRequest>> = (fastify, options, done) => {
  const classOf = createClassOf(options);
  // Fastify makes a request's `routeOptions` anew whenever they are asked for: as long as no route names its class, nobody asks.
  // Routes that were there before can't be looked at, and may name one.
  let mayNameClass = fastify.printRoutes() !== '(empty tree)';
  fastify.addHook('onRoute', ({ config }) => {
    if (config?.headroom !== undefined) mayNameClass = true;
  });

  fastify.addHook('onRequest', (request, reply, next) => {
    const named = mayNameClass ? request.routeOptions.config.headroom : undefined;
    const requestClass = named === undefined ? classOf(request, request.url) : named;
    if (requestClass === null) return next();
    if (tryHold(requestClass, request.raw, reply.raw)) return next();
    waitFor(requestClass, request, reply, next);
  });
  done();
};

/** Not in the hook: there, what its closures hold would be allocated for every request. */
function waitFor(
  requestClass: AdmissionClass,
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  next: (error?: Error) => void,
): void {
  waitForPlace(requestClass, request, reply.raw, {
    enter: next,
    refuse: (error) => {
      if (isRefusal(error)) void reply.headers(refusalHeaders(error, request));
      next(error as Error);
    },
  });
}

// Fastify's own words for a plugin whose hooks are its parent's.
Object.assign(governFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'headroom',
  [Symbol.for('plugin-meta')]: { name: 'headroom', fastify: '>=4' },
});
