import underPressure from '@fastify/under-pressure';
import { governFastify } from '@hansard/headroom/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import type { Contestant } from '../adapter.ts';
import { createClass, memoryLimits } from './adapters.ts';

/** `oursNamed` has a route that names its class, so that every request's is looked for. */
const governed: Record<Contestant, (app: FastifyInstance) => unknown> = {
  bare: () => undefined,
  ours: (app) => app.register(governFastify, { requestClass: createClass() }),
  async oursNamed(app) {
    await app.register(governFastify, { requestClass: createClass() });
    app.get('/other', { config: { headroom: null } }, async () => ({ hello: 'world' }));
  },
  underPressure: (app) => app.register(underPressure, { ...memoryLimits, maxEventLoopUtilization: 1 }),
  underPressureLean: (app) => app.register(underPressure, memoryLimits),
};

/** One small app for each contestant named; the parent asks over the loopback, and for the processor time by message. */
const urls: Record<string, string> = {};
for (const name of process.argv.slice(2) as Contestant[]) {
  const app = fastify();
  await governed[name](app);
  app.get('/hello', async () => ({ hello: 'world' }));
  urls[name] = await app.listen({ host: '127.0.0.1', port: 0 });
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ cpuUs: user + system });
});
process.on('disconnect', () => process.exit());
process.send!({ urls });
