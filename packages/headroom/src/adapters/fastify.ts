import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { createClassOf, waitForPlace, type AdmissionClass, type GateOptions } from './gate.ts';
import { holdPlace } from './hold-place.ts';
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
 * It counts for the context that registers it and those within: `app.register(governFastify, { requestClass })`.
 */
export const governFastify: FastifyPluginCallback<GateOptions<FastifyRequest>> = (fastify, options, done) => {
  const classOf = createClassOf(options);

  fastify.addHook('onRequest', (request, reply, next) => {
    const { headroom } = request.routeOptions.config;
    const requestClass = headroom === undefined ? classOf(request, request.url) : headroom;
    if (requestClass === null) return next();
    const place = requestClass.tryEnter();
    if (place !== null) {
      holdPlace(request.raw, reply.raw, place);
      return next();
    }
    waitForPlace(requestClass, request.raw, reply.raw, {
      enter: next,
      refuse: (error) => {
        if (isRefusal(error)) void reply.headers(refusalHeaders(error, request.raw));
        next(error as Error);
      },
    });
  });
  done();
};

// Fastify's own words for a plugin whose hooks are its parent's.
Object.assign(governFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'headroom',
  [Symbol.for('plugin-meta')]: { name: 'headroom', fastify: '>=4' },
});
