// Compiled against the packed package, once as Node resolves it and once as bundlers do. Never run.
import { QueryClient } from '@tanstack/query-core';
import express from 'express';
import fastify from 'fastify';
import { Registry } from 'prom-client';
import {
  createGovernor,
  MemoryPressureError,
  slackSink,
  type Cache,
  type Governor,
  type Level,
  type Sample,
  type Tracked,
} from '@hansard/headroom';
import { governExpress } from '@hansard/headroom/express';
import { governFastify } from '@hansard/headroom/fastify';
import { governHttp } from '@hansard/headroom/http';
import { adviseFlags, createDumps, type FlagAdvice } from '@hansard/headroom/operator';
import { createPgLimiter, createPoolLimiter } from '@hansard/headroom/pool';
import { registerMetrics } from '@hansard/headroom/prometheus';
import { createBoundedQueryClient } from '@hansard/headroom/tanstack-query';
import { createFakeClock, createFakeSensors } from '@hansard/headroom/testing';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- two functions of a type are the same only where the types are
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles where both are the same type. */
const same = <A, B>(isSame: Same<A, B>): void => void isSame;

const clock = createFakeClock();
const governor = createGovernor({
  sensors: createFakeSensors(clock),
  clock,
  alerts: { sinks: [slackSink({ url: 'https://hooks.example/x' })] },
});
same<typeof governor, Governor>(true);
same<typeof governor.level, Level>(true);
same<ReturnType<typeof governor.sample>, Sample>(true);

const cache = governor.cache<{ text: string }>('texts', { maxBytes: 1e6, sizeOf: ({ text }) => text.length });
same<typeof cache, Cache<{ text: string }>>(true);
same<ReturnType<typeof cache.get>, { text: string } | undefined>(true);
// @ts-expect-error a value of another type
cache.set('key', 5);
// @ts-expect-error no such level
governor.feature('search', { offAt: 'high' });

const ran = governor.run(async () => 5);
same<typeof ran, Promise<number>>(true);
const tracked = governor.track('work', () => 'done');
void (tracked satisfies Tracked<string> | Promise<Tracked<string>>);

const limits = { normal: 100, warning: 50, critical: 10, emergency: 0 };
const requestClass = governor.requestClass('normal', {
  priority: 'normal',
  limits,
  maxQueued: 10,
  queueDeadlineMs: 500,
});

express().use(governExpress({ requestClass, classify: (request: express.Request) => (request.ip ? undefined : null) }));
const app = fastify();
app.register(governFastify, { requestClass, classify: (request) => (request.is404 ? null : undefined) });
// @ts-expect-error no class
app.register(governFastify, {});
app.get('/', { config: { headroom: requestClass } }, async () => 'ok');
governHttp((request, response) => response.end(request.url), { requestClass });

registerMetrics(new Registry(), governor)();
const queries = createBoundedQueryClient({ maxQueries: 10 });
same<typeof queries.client, QueryClient>(true);
governor.respond(queries.response);
const pool = createPoolLimiter({ name: 'db', setLimits: ({ max }) => void max, inUse: () => 0 });
governor.respond(pool.response);
governor.onSample(pool.settle);
void createPgLimiter;

const advice = adviseFlags({ containerLimitBytes: null });
same<typeof advice, FlagAdvice>(true);
createDumps({ folder: '/tmp', clock, sample: governor.sample, level: () => governor.level });

export const codeOf = (error: unknown) => {
  if (!(error instanceof MemoryPressureError)) return null;
  same<typeof error.statusCode, 503 | 429>(true);
  return error.code;
};
