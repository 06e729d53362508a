import underPressure from '@fastify/under-pressure';
import { createGovernor } from '@hansard/headroom';
import { governFastify } from '@hansard/headroom/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import type { Contestant } from '../adapter.ts';

/** More than the clients at one time: nobody waits, in any of them. */
const limit = 1000;

/** All that its documentation shows in use, set so high that it never refuses; and the same without what costs it most. */
const memoryLimits = { maxEventLoopDelay: 10_000, maxHeapUsedBytes: 4e9, maxRssBytes: 8e9 };

const governed: Record<Contestant, (app: FastifyInstance) => unknown> = {
  bare: () => undefined,
  ours(app) {
    const governor = createGovernor().start();
    const requestClass = governor.requestClass('requests', {
      priority: 'normal',
      limits: { normal: limit, warning: limit, critical: limit, emergency: limit },
      maxQueued: 100,
      queueDeadlineMs: 1000,
    });
    return app.register(governFastify, { requestClass });
  },
  underPressure: (app) => app.register(underPressure, { ...memoryLimits, maxEventLoopUtilization: 1 }),
  underPressureLean: (app) => app.register(underPressure, memoryLimits),
};

/** One small app for each contestant; the parent asks over the loopback, and for the processor time by message. */
const app = fastify();
await governed[process.argv[2] as Contestant](app);
app.get('/hello', async () => ({ hello: 'world' }));
const url = await app.listen({ host: '127.0.0.1', port: 0 });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ cpuUs: user + system });
});
process.on('disconnect', () => process.exit());
process.send!({ url });
