import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApiPost } from './api-post.ts';
import { failure } from './contract-suite.ts';

async function setUp(listener: RequestListener, maxSockets = 2) {
  let connections = 0;
  const server = createServer(listener).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api = createApiPost(`http://127.0.0.1:${port}/here`, { maxSockets });
  onTestFinished(async () => {
    api.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const post = (body = 'sound', signal = new AbortController().signal) =>
    api.post({ 'content-type': 'text/plain' }, [Buffer.from(body)], signal);
  return { post, server, connections: () => connections };
}

const echo: RequestListener = (request, response) => void request.pipe(response);

describe('createApiPost', () => {
  it('sends the body whole, over connections that it keeps, no more than it may', async () => {
    const { post, connections } = await setUp(echo);
    const bodies = Array.from({ length: 12 }, (_, index) => String(index).repeat(100_000));
    expect(await Promise.all(bodies.map((body) => post(body)))).toEqual(bodies);
    expect(await post()).toBe('sound');
    expect(connections()).toBe(2);
  });

  it('opens another one where the server has closed what was kept', async () => {
    const { post, server, connections } = await setUp(echo);
    await post();
    server.closeAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await post()).toBe('sound');
    expect(connections()).toBe(2);
  });

  it('lets go of the connection of a call that is aborted, whether it is sent, waits or is answered by half', async () => {
    const stop = new AbortController();
    const closed = Promise.withResolvers<void>();
    let isSlow = true;
    const { post } = await setUp((request, response) => {
      if (!isSlow) return echo(request, response);
      request.resume();
      response.on('close', closed.resolve);
      response.write('half of', () => stop.abort(new Error('enough')));
    }, 1);
    const calls = await Promise.allSettled([post('a', stop.signal), post('b', stop.signal)]);
    expect(calls).toMatchObject([{ reason: { message: 'enough' } }, { reason: { message: 'enough' } }]);
    await expect(post('c', stop.signal)).rejects.toThrow('enough');
    await closed.promise;
    isSlow = false;
    expect(await post()).toBe('sound');
  });

  it('refuses an answer that has no end', async () => {
    const { post } = await setUp((request, response) => {
      request.resume();
      const more = () => void (response.destroyed || response.write(Buffer.alloc(100_000), more));
      more();
    });
    expect(await failure(post())).toMatchObject({ kind: 'failed', message: expect.stringContaining('longer') });
  });

  it('goes where a redirect sends it, with the body', async () => {
    const { post } = await setUp((request, response) => {
      if (request.url === '/there') return echo(request, response);
      request.resume();
      response.writeHead(307, { location: '/there' }).end();
    });
    expect(await post()).toBe('sound');
  });

  it('fails on an address that is none', async () => {
    const api = createApiPost('nowhere', { maxSockets: 1 });
    await expect(api.post({}, [Buffer.from('sound')], new AbortController().signal)).rejects.toThrow(/invalid url/i);
  });
});
