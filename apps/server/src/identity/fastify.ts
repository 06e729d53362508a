import type { Actor } from './actor.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: set before any route runs. */
    actor: Actor;
  }
}
