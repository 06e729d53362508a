import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { FastifyPluginAsync } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { createHttpServer } from './server.ts';

const trial: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/double',
    { schema: { body: z.object({ number: z.number() }), response: { 200: z.object({ number: z.number() }) } } },
    (request) => ({
      number: request.body.number * 2,
    }),
  );
  app.get('/who', (request) => ({ userId: request.actor.userId }));
  app.get('/long', () => ({ text: 'a long line '.repeat(1000) }));
  app.get('/busy', () => {
    throw new AppError('BUSY', 'Come again.', { retryAfterMs: 1500 });
  });
  app.get('/broken', () => {
    throw new Error('the password is swordfish');
  });
};

const webDir = mkdtempSync(join(tmpdir(), 'hansard-web-'));
const host = { host: 'localhost:4700' };
let app: Awaited<ReturnType<typeof createHttpServer>>;

beforeAll(async () => {
  mkdirSync(join(webDir, 'assets'));
  writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Hansard</title>');
  writeFileSync(join(webDir, 'assets/app-1a2b.js'), 'export {}');
  const page = { file: 'assets/page-3c4d.js', imports: ['_shared.js'] };
  const manifest = { 'src/meeting/meeting-page.tsx': page, '_shared.js': { file: 'assets/shared-5e6f.js' } };
  mkdirSync(join(webDir, '.vite'));
  writeFileSync(join(webDir, '.vite/manifest.json'), JSON.stringify(manifest));
  const operations: FastifyPluginAsync = async (scope) => {
    scope.get('/health', () => ({ status: 'ok' }));
  };
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    api: [trial],
    operations,
    webDir,
  });
});
afterAll(async () => {
  await app.close();
  rmSync(webDir, { recursive: true });
});

describe('errors', () => {
  const call = async (method: 'GET' | 'POST', url: string, payload?: object | string) => {
    const answer = await app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...host, 'content-type': 'application/json' },
      ...(payload !== undefined && { payload }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.json<{ error: { code: string; message: string } }>(),
    };
  };

  it('have one shape', async () => {
    expect(await call('POST', '/double', { number: 4 })).toMatchObject({ status: 200, body: { number: 8 } });
    expect(await call('POST', '/double', { number: 'four' })).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST', message: expect.stringContaining('number'), retryable: false } },
    });
    expect(await call('POST', '/double', '{"number":')).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST' } },
    });
    expect(await call('POST', '/double', `{"number":${' '.repeat(2_000_000)}4}`)).toMatchObject({
      status: 413,
      body: { error: { code: 'TOO_LARGE' } },
    });
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  });

  it('say when to come again', async () => {
    expect(await call('GET', '/busy')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
      body: { error: { code: 'BUSY', retryable: true, retryAfterMs: 1500 } },
    });
  });

  it('keep the detail of unexpected ones in the log', async () => {
    const { status, body } = await call('GET', '/broken');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('swordfish');
  });
});

it('knows who asks', async () => {
  expect((await app.inject({ url: '/api/v1/who', headers: host })).json()).toEqual({ userId: 'owner' });
});

it('refuses other hosts and origins on every path', async () => {
  for (const url of ['/', '/health', '/api/v1/who', '/assets/app-1a2b.js', '/api/v1/openapi.json']) {
    expect((await app.inject({ url, headers: { host: 'evil.example' } })).statusCode, url).toBe(403);
    expect((await app.inject({ url, headers: { ...host, origin: 'http://evil.example' } })).statusCode, url).toBe(403);
    expect((await app.inject({ url, headers: host })).statusCode, url).toBe(200);
  }
});

it('serves the web app: pages uncached, hashed files for ever', async () => {
  const page = await app.inject({ url: '/m/some-meeting', headers: { ...host, accept: 'text/html' } });
  expect(page).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-cache' } });
  expect(page.body).toContain('<title>Hansard</title>');
  expect(page.headers.link).toBe(
    '</assets/page-3c4d.js>; rel=modulepreload, </assets/shared-5e6f.js>; rel=modulepreload',
  );
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  const script = await app.inject({ url: '/assets/app-1a2b.js', headers: host });
  expect(script.headers['cache-control']).toContain('immutable');
  expect((await app.inject({ url: '/assets/gone.js', headers: host })).statusCode).toBe(404);
});

it('compresses what is long, for whoever takes it', async () => {
  const url = '/api/v1/long';
  const packed = await app.inject({ url, headers: { ...host, 'accept-encoding': 'gzip, br' } });
  expect(packed.headers['content-encoding']).toBe('gzip');
  const plain = await app.inject({ url, headers: host });
  expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
  const short = await app.inject({ url: '/api/v1/who', headers: { ...host, 'accept-encoding': 'gzip' } });
  expect(short.headers['content-encoding']).toBeUndefined();
});

it('describes its API', async () => {
  const { openapi, paths } = (await app.inject({ url: '/api/v1/openapi.json', headers: host })).json<{
    openapi: string;
    paths: object;
  }>();
  expect(openapi).toBe('3.1.0');
  expect(paths).toHaveProperty(['/api/v1/double', 'post', 'requestBody']);
});
