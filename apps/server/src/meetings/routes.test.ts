import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../http/index.ts';
import { meetingRoutes } from './index.ts';
import { startMeetings } from './testing.ts';

async function startApp() {
  const started = startMeetings();
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    api: [meetingRoutes(started.meetings)],
    operations: async () => undefined,
    webDir: null,
  });
  onTestFinished(() => app.close());
  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) => {
    const answer = await app.inject({ method, url: `/api/v1${path}`, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  return { ...started, call };
}

test('a meeting is made, listed, looked at, changed, ended and deleted', async () => {
  const { call } = await startApp();
  const made = await call('POST', '/meetings', { title: 'Weekly', kind: 'standup' });
  expect(made).toMatchObject({ status: 201, body: { title: 'Weekly', kind: 'standup', state: 'live' } });
  const { id } = made.body;
  expect(await call('GET', '/meetings?q=week&limit=5')).toMatchObject({
    status: 200,
    body: { meetings: [{ id, hits: [] }], cursor: null },
  });
  expect(await call('GET', `/meetings/${id}`)).toMatchObject({ status: 200, body: { id, ledger: { gaps: [] } } });
  expect(await call('PATCH', `/meetings/${id}`, { title: 'Monthly' })).toMatchObject({ body: { title: 'Monthly' } });
  expect(await call('POST', `/meetings/${id}/end`)).toMatchObject({ status: 200, body: { state: 'done' } });
  expect(await call('DELETE', `/meetings/${id}`)).toMatchObject({ status: 200, body: { deleted: { tracks: 0 } } });
  expect(await call('GET', `/meetings/${id}`)).toMatchObject({
    status: 404,
    body: { error: { code: 'NOT_FOUND', retryable: false } },
  });
});

test('a meeting needs no body', async () => {
  const { call } = await startApp();
  expect((await call('POST', '/meetings')).status).toBe(201);
});

test.each([
  ['GET', '/meetings?limit=0', undefined],
  ['GET', '/meetings?state=lost', undefined],
  ['GET', '/meetings?cursor=x', undefined],
  ['GET', `/meetings?q=${'x'.repeat(201)}`, undefined],
  ['GET', '/meetings/..%2f..', undefined],
  ['POST', '/meetings', { title: '' }],
  ['POST', '/meetings', { title: 'x'.repeat(301) }],
  ['PATCH', '/meetings/m', {}],
] as const)('%s %s is refused in the protocol’s words', async (method, path, body) => {
  const { call } = await startApp();
  expect(await call(method, path, body)).toMatchObject({
    status: 400,
    body: { error: { code: 'BAD_REQUEST', retryable: false } },
  });
});

test('the description names every route and its errors', async () => {
  const { call } = await startApp();
  const { body } = await call('GET', '/openapi.json');
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining(['/api/v1/meetings', '/api/v1/meetings/{id}', '/api/v1/meetings/{id}/end']),
  );
  expect(Object.keys(body.paths['/api/v1/meetings/{id}'].get.responses)).toEqual(['200', '4XX', '5XX']);
});
