import { once } from 'node:events';
import { createServer, Agent, request as send, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import express from 'express';
import fastify from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { governExpress } from './express.ts';
import { createRequestClasses } from '../classes/index.ts';
import { createFakeClock } from '../testing/index.ts';
import { createFakeClass, refusal } from '../testing/fake-class.ts';
import { governFastify } from './fastify.ts';
import type { GateOptions } from './gate.ts';
import { governHttp } from './http.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** What each server does with a request: `/slow` is answered when a test says so, all else at once, with its body's length. */
function createApplication() {
  const answers: (() => void)[] = [];
  const handled: string[] = [];
  const handle = async (url: string, body: AsyncIterable<Buffer>) => {
    handled.push(url);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    if (url.startsWith('/slow')) await new Promise<void>((resolve) => void answers.push(resolve));
    return { bytes };
  };
  return { handle, handled, answers };
}

type Application = ReturnType<typeof createApplication>;
type Options = GateOptions<unknown>;

const listeners: Record<string, (application: Application, options: Options) => Promise<RequestListener>> = {
  http: async ({ handle }, options) =>
    governHttp((request, response) => {
      handle(request.url!, request).then(
        (body) => response.end(JSON.stringify(body)),
        () => response.destroy(),
      );
    }, options),
  express: async ({ handle }, options) => {
    const app = express();
    app.use(governExpress<express.Request>(options));
    app.use(async (request, response) => void response.json(await handle(request.url, request)));
    return app;
  },
  fastify: async ({ handle }, options) => {
    const app = fastify({ forceCloseConnections: true });
    closers.push(() => app.close());
    // Fastify would read the body before the handler.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.register(governFastify, options);
    app.all('/*', (request) => handle(request.url, (request.body ?? request.raw) as AsyncIterable<Buffer>));
    await app.ready();
    return app.routing;
  },
};

async function serve(kind: string, options: Options) {
  const application = createApplication();
  const server = createServer(await listeners[kind]!(application, options));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closers.push(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask = async (path: string, { body, ...headers }: Record<string, string> = {}) => {
    const method = body === undefined ? 'GET' : 'POST';
    const type = { 'content-type': 'application/octet-stream' };
    const request = send({ port, path, agent, method, headers: { ...type, ...headers } });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: await json(response) };
  };
  let connections = 0;
  server.on('connection', () => (connections += 1));
  return { ...application, server, port, ask, connections: () => connections };
}

function createRealClass(limit: number) {
  const classes = createRequestClasses({
    clock: createFakeClock(),
    level: () => 'normal',
    trust: () => 16,
    readings: () => ({ level: 'normal', pressure: 0, tightest: null, signals: {} }),
  });
  const limits = { normal: limit, warning: limit, critical: limit, emergency: limit };
  return classes.add('pages', { priority: 'normal', limits, maxQueued: 10, queueDeadlineMs: 1000 });
}

describe.each(Object.keys(listeners))('%s', (kind) => {
  test('[D1] refuses with 503 or 429, Retry-After and a JSON error, and the handler does not see it', async () => {
    const full = createFakeClass(0);
    const { ask, handled } = await serve(kind, { requestClass: full.requestClass });
    for (const [error, status] of [
      [refusal('MEMORY_PRESSURE', 2500), 503],
      [refusal('BUSY', 10), 429],
    ] as const) {
      const asked = ask('/');
      await expect.poll(() => full.waiting.length).toBe(1);
      full.refuse(error);
      const { headers, ...answer } = await asked;
      expect(answer).toMatchObject({
        status,
        body: { code: error.code, message: 'memory is short', statusCode: status },
      });
      expect(headers['retry-after']).toBe(status === 503 ? '3' : '1');
      expect(headers['content-type']).toContain('application/json');
    }
    expect(handled).toEqual([]);
    expect(full.left).toBe(0);
  });

  test('[D1] health, metrics and what is classed so pass always; each class is its own', async () => {
    const full = createFakeClass(0);
    const roomy = createFakeClass(1);
    const classify = (request: unknown) => {
      const { url = '' } = request as IncomingMessage;
      return url.startsWith('/live') ? null : url.startsWith('/roomy') ? roomy.requestClass : undefined;
    };
    const { ask, handled } = await serve(kind, { requestClass: full.requestClass, classify });
    for (const path of ['/health', '/metrics?x=1', '/ready', '/live/recording', '/roomy']) {
      expect(await ask(path)).toMatchObject({ status: 200 });
    }
    expect(handled).toHaveLength(5);
    await expect.poll(() => roomy.left).toBe(1);
    expect(full.waiting).toEqual([]);
  });

  test('[D1] a small refused body leaves the connection; a large one is not read, and ends it', async () => {
    const full = createFakeClass(0);
    const { ask, port, server, connections } = await serve(kind, { requestClass: full.requestClass });
    const refuseNext = async () => {
      await expect.poll(() => full.waiting.length).toBe(1);
      full.refuse();
    };
    for (let index = 0; index < 3; index += 1) {
      const asked = ask('/', { body: 'x'.repeat(1000) });
      await refuseNext();
      expect(await asked).toMatchObject({ status: 503, headers: { connection: 'keep-alive' } });
    }
    expect(connections()).toBe(1);

    const connected = once(server, 'connection');
    const type = { 'content-type': 'application/octet-stream', 'content-length': 50_000_000 };
    const upload = send({ port, method: 'POST', headers: type, agent: false });
    upload.on('error', () => {});
    upload.write(Buffer.alloc(30_000_000));
    const [socket] = await connected;
    const answered = once(upload, 'response');
    await refuseNext();
    const [response] = (await answered) as [IncomingMessage];
    expect([response.statusCode, response.headers.connection]).toEqual([503, 'close']);
    await text(response);
    if (!socket.destroyed) await once(socket, 'close');
    expect(socket.bytesRead).toBeLessThan(2_000_000);
  });

  test('[D2] gives a place back once for each answer, over one connection', async () => {
    const one = createFakeClass(1);
    const { ask, connections } = await serve(kind, { requestClass: one.requestClass });
    for (let asked = 1; asked <= 5; asked += 1) {
      expect(await ask('/', { body: 'twelve bytes' })).toMatchObject({ status: 200, body: { bytes: 12 } });
      await expect.poll(() => one.left).toBe(asked);
    }
    expect(one.inFlight).toBe(0);
    expect(connections()).toBe(1);
  });

  test('[D2] gives it back when the client goes away, and not again when the answer comes', async () => {
    const one = createFakeClass(1);
    const { port, answers } = await serve(kind, { requestClass: one.requestClass });
    const request = send({ port, path: '/slow' }).on('error', () => {});
    request.end();
    await expect.poll(() => answers.length).toBe(1);
    expect(one.inFlight).toBe(1);
    request.destroy();
    await expect.poll(() => one.inFlight).toBe(0);
    answers[0]!();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(one.left).toBe(1);
  });

  test('[D2] gives back those of pipelined requests whose turn never comes', async () => {
    const three = createFakeClass(3);
    const { port, handled } = await serve(kind, { requestClass: three.requestClass });
    const socket = connect(port);
    socket.write('GET /slow/1 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
    await expect.poll(() => handled.length).toBe(3);
    expect(three.inFlight).toBe(3);
    socket.destroy();
    await expect.poll(() => three.inFlight).toBe(0);
    expect(three.left).toBe(3);
  });

  test('[D2] a real class gets its places back: after answers, from a client that goes, and from pipelined requests', async () => {
    const one = createRealClass(4);
    const { ask, port, answers, handled } = await serve(kind, { requestClass: one });
    for (let asked = 1; asked <= 40; asked += 1) expect(await ask('/')).toMatchObject({ status: 200 });
    await expect.poll(() => one.inFlight).toBe(0);
    expect(one.entered).toBe(40);

    const gone = send({ port, path: '/slow' }).on('error', () => {});
    gone.end();
    await expect.poll(() => answers.length).toBe(1);
    expect(one.inFlight).toBe(1);
    gone.destroy();
    await expect.poll(() => one.inFlight).toBe(0);

    handled.length = 0;
    const socket = connect(port);
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(4));
    await expect.poll(() => handled.length).toBe(4);
    const late = ask('/');
    await expect.poll(() => one.queued).toBe(1);
    socket.destroy();
    expect(await late).toMatchObject({ status: 200 });
    await expect.poll(() => one.inFlight).toBe(0);
    expect(one.tryEnter()).not.toBeNull();
  });

  test('[D2] who waits leaves the line with its connection; who is let in too late gives the place back', async () => {
    const none = createFakeClass(0);
    const { port, handled } = await serve(kind, { requestClass: none.requestClass });
    const request = send({ port, path: '/' }).on('error', () => {});
    request.end();
    await expect.poll(() => none.waiting.length).toBe(1);
    request.destroy();
    await expect.poll(() => none.waiting[0]?.signal?.aborted).toBe(true);
    none.letIn();
    await expect.poll(() => none.left).toBe(1);
    expect(none.inFlight).toBe(0);
    expect(handled).toEqual([]);
  });

  test('[D2] who waits and is let in is handled, and gives the place back', async () => {
    const none = createFakeClass(0);
    const { ask } = await serve(kind, { requestClass: none.requestClass });
    const asked = ask('/', { body: 'twelve bytes' });
    await expect.poll(() => none.waiting.length).toBe(1);
    none.letIn();
    expect(await asked).toMatchObject({ status: 200, body: { bytes: 12 } });
    await expect.poll(() => none.left).toBe(1);
  });
});

test('[D1] plain http does not ask for the body of a refused client that asks first', async () => {
  const full = createFakeClass(0);
  const handler: RequestListener = (_, response) => response.end();
  const server = createServer(governHttp(handler, { requestClass: full.requestClass }));
  server.on('checkContinue', governHttp(handler, { requestClass: full.requestClass }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const request = send({ port, method: 'POST', headers: { expect: '100-continue', 'content-length': 1e6 } });
  let isAskedFor = false;
  request.on('continue', () => (isAskedFor = true)).on('error', () => {});
  request.flushHeaders();
  await expect.poll(() => full.waiting.length).toBe(1);
  full.refuse();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(503);
  expect(isAskedFor).toBe(false);
  request.destroy();
});

test('[D1] an error that is no refusal goes to Express, and ends a plain response', async () => {
  for (const kind of ['express', 'fastify']) {
    const broken = createFakeClass(0);
    const { ask, port } = await serve(kind, { requestClass: broken.requestClass });
    const asked = kind === 'fastify' ? ask('/') : fetch(`http://127.0.0.1:${port}/`);
    await expect.poll(() => broken.waiting.length).toBe(1);
    broken.refuse(Object.assign(new Error('mistake'), { stack: '' }));
    expect((await asked).status).toBe(500);
  }
  const broken = createFakeClass(0);
  const { ask } = await serve('http', { requestClass: broken.requestClass });
  const asked = ask('/').catch((error: NodeJS.ErrnoException) => error.code);
  await expect.poll(() => broken.waiting.length).toBe(1);
  broken.refuse(new Error('mistake'));
  expect(await asked).toBe('ECONNRESET');
});

describe('fastify', () => {
  test('[D1] counts for its context and those within, and for routes before it', async () => {
    const full = createFakeClass(0);
    const app = fastify();
    closers.push(() => app.close());
    app.get('/outside', async () => 'ok');
    app.register(async (inner) => {
      inner.get('/before', async () => 'ok');
      inner.register(governFastify, { requestClass: full.requestClass });
      inner.register(async (deeper) => void deeper.get('/deeper', async () => 'ok'));
    });
    expect((await app.inject('/outside')).statusCode).toBe(200);
    for (const url of ['/before', '/deeper']) {
      const answer = app.inject(url);
      await expect.poll(() => full.waiting.length).toBe(1);
      full.refuse();
      expect((await answer).statusCode).toBe(503);
    }
  });

  test('[D1] a route may name its class wherever it stands: before the plugin, after it, within, or after requests', async () => {
    const classOf = () => createFakeClass(10);
    const [rest, before, after, within] = [classOf(), classOf(), classOf(), classOf()];
    const named = (one: typeof rest) => ({ config: { headroom: one.requestClass } });
    const apps = { first: fastify(), last: fastify() };
    closers.push(
      () => apps.first.close(),
      () => apps.last.close(),
    );
    await apps.first.register(governFastify, { requestClass: rest.requestClass });
    apps.first.get('/unnamed', async () => 'ok');
    apps.first.get('/after', named(after), async () => 'ok');
    apps.first.register(async (inner) => void inner.get('/within', named(within), async () => 'ok'));
    apps.last.get('/before', named(before), async () => 'ok');
    await apps.last.register(governFastify, { requestClass: rest.requestClass });
    for (const url of ['/unnamed', '/after', '/within']) await apps.first.inject(url);
    await apps.last.inject('/before');
    expect([rest, after, within, before].map(({ left }) => left)).toEqual([1, 1, 1, 1]);
  });

  test('[D1] paths are exempt whole, however short or alike', async () => {
    const full = createFakeClass(0);
    for (const [exempt, passing, held] of [
      [['/'], ['/', '/?a', '/?lmn'], ['/a', '/abc']],
      [
        ['/up', '/a/b'],
        ['/up', '/up?x', '/a/b'],
        ['/u', '/upp', '/a/bc'],
      ],
      [['/health'], ['/health', '/health?a=b'], ['/heap', '/healths', '/he']],
    ] as const) {
      const app = fastify();
      closers.push(() => app.close());
      await app.register(governFastify, { requestClass: full.requestClass, exempt });
      app.get('/*', async () => 'ok');
      for (const url of passing) expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
      for (const url of held) {
        const answer = app.inject(url);
        await expect.poll(() => full.waiting.length).toBe(1);
        full.refuse();
        expect((await answer).statusCode).toBe(503);
      }
    }
  });

  test('[D1] a route may name its class; the error handler of the application answers', async () => {
    const full = createFakeClass(0);
    const roomy = createFakeClass(1);
    const app = fastify();
    closers.push(() => app.close());
    app.setErrorHandler((error, _request, reply) => reply.send({ own: (error as Error).message }));
    app.register(governFastify, { requestClass: full.requestClass });
    app.get('/roomy', { config: { headroom: roomy.requestClass } }, async () => 'ok');
    app.get('/always', { config: { headroom: null } }, async () => 'ok');
    app.get('/metrics', { config: { headroom: full.requestClass } }, async () => 'ok');
    expect((await app.inject('/roomy')).statusCode).toBe(200);
    expect(roomy.left).toBe(1);
    expect((await app.inject('/always')).statusCode).toBe(200);
    const answer = app.inject('/metrics');
    await expect.poll(() => full.waiting.length).toBe(1);
    full.refuse();
    const { headers, ...refused } = await answer;
    expect(refused.json()).toEqual({ own: 'memory is short' });
    expect(headers['retry-after']).toBe('3');
  });
});
