import { minutes, type Minutes } from '@hansard/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { AppError, toErrorBody } from '../errors.ts';
import { ownerActor } from '../identity/index.ts';
import { minutesRoutes } from './routes.ts';
import { addMeeting, world, type World } from './testing.ts';

async function served(): Promise<World & { app: FastifyInstance }> {
  const made = world();
  await addMeeting(made.database);
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('actor', { getter: () => ownerActor });
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof AppError ? error.statusCode : 400).send(toErrorBody(error)),
  );
  await app.register(minutesRoutes(made.service));
  return { ...made, app };
}

describe('minutes over HTTP', () => {
  it('are asked for, with or without a body, and read', async () => {
    const { app, service } = await served();
    expect((await app.inject('/meetings/m1/minutes')).statusCode).toBe(404);
    const begun = await app.inject({ method: 'POST', url: '/meetings/m1/minutes' });
    expect(begun.statusCode).toBe(202);
    expect(minutes.parse(begun.json())).toMatchObject({ state: 'running' });
    await service.idle();
    const done = await app.inject('/meetings/m1/minutes');
    expect(done.statusCode).toBe(200);
    expect(done.json<Minutes>()).toMatchObject({ id: begun.json<Minutes>().id, state: 'done' });
    const again = await app.inject({
      method: 'POST',
      url: '/meetings/m1/minutes',
      payload: { template: 'interview', engine: 'local' },
    });
    expect(again.json<Minutes>()).toMatchObject({ template: 'interview' });
    await service.idle();
  });

  it('that are not being made cannot be cancelled', async () => {
    const { app } = await served();
    expect((await app.inject({ method: 'DELETE', url: '/meetings/m1/minutes/running' })).statusCode).toBe(404);
  });

  it('have templates', async () => {
    const { app } = await served();
    const { templates } = (await app.inject('/templates')).json<{ templates: { name: string }[] }>();
    expect(templates.map(({ name }) => name)).toEqual(['meeting', 'interview', 'training', 'stand-up']);
  });
});
