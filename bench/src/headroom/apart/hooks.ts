import underPressure from '@fastify/under-pressure';
import { governFastify } from '@hansard/headroom/fastify';
import fastify, { type FastifyInstance, type onRequestHookHandler } from 'fastify';
import type { Hook, HookCosts } from '../hooks.ts';
import { createClass, memoryLimits } from './adapters.ts';

/*
 * One app that calls, for every request, the hook that each adapter would have run for it, one after the other and each first
 * as often as the others, and says what each call took.
 */

/** The one hook for requests of what is registered. */
async function hookOf(register: (app: FastifyInstance) => unknown): Promise<onRequestHookHandler> {
  const app = fastify();
  const found: onRequestHookHandler[] = [];
  const addHook = app.addHook.bind(app) as (name: string, hook: unknown) => unknown;
  Object.assign(app, {
    addHook: (name: string, hook: onRequestHookHandler) =>
      name === 'onRequest' ? found.push(hook) : addHook(name, hook),
  });
  await register(app);
  if (found.length !== 1) throw new Error(`${found.length} hooks for a request`);
  return found[0]!;
}

const hooks: readonly [Hook, onRequestHookHandler][] = [
  ['nothing', (_request, _reply, next) => next()],
  ['ours', await hookOf((app) => app.register(governFastify, { requestClass: createClass() }))],
  [
    'underPressure',
    await hookOf((app) => app.register(underPressure, { ...memoryLimits, maxEventLoopUtilization: 1 })),
  ],
  ['underPressureLean', await hookOf((app) => app.register(underPressure, memoryLimits))],
];
const costs: HookCosts = { nothing: [], ours: [], underPressure: [], underPressureLean: [] };
let passed = 0;
const pass = () => void (passed += 1);

const app = fastify();
app.addHook('onRequest', (request, reply, next) => {
  const turn = costs.nothing.length;
  passed = 0;
  for (let at = 0; at < hooks.length; at += 1) {
    const [name, hook] = hooks[(turn + at) % hooks.length]!;
    const began = process.hrtime.bigint();
    hook.call(app, request, reply, pass);
    costs[name].push(Number(process.hrtime.bigint() - began));
  }
  next(passed === hooks.length ? undefined : new Error(`${hooks.length - passed} hooks kept the request`));
});
app.get('/hello', async () => ({ hello: 'world' }));
const url = await app.listen({ host: '127.0.0.1', port: 0 });

process.on('message', () => {
  process.send!(costs);
  for (const of of Object.values(costs)) of.length = 0;
});
process.on('disconnect', () => process.exit());
process.send!({ url });
