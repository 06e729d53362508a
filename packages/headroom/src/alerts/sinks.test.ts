import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import type { Alert } from '../contracts.ts';
import { createFakeClock } from '../testing/index.ts';
import { createTestLog } from '../testing/test-log.ts';
import { createAlerts } from './alerts.ts';
import { logSink, slackSink, webhookSink } from './sinks.ts';

const alert: Alert = {
  key: 'level',
  severity: 'critical',
  state: 'firing',
  message: 'memory is short: <heap> & more',
  atMs: 5,
  readings: { level: 'critical', pressure: 0.91, signals: {} },
};
const { signal } = new AbortController();

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server with a secret in its address, and what it was sent. */
async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const got: {
    method: string | undefined;
    type: string | undefined;
    authorization: string | undefined;
    body: unknown;
  }[] = [];
  const server = createServer((request, response) => {
    const { 'content-type': type, authorization } = request.headers;
    void json(request).then((body) => {
      got.push({ method: request.method, type, authorization, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  closers.push(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/s3cret`, got, close };
}

test('[X5] a webhook is a JSON POST of the alert', async () => {
  const { url, got } = await listen((_, response) => response.writeHead(204).end());
  await webhookSink({ url, service: 'api', headers: { authorization: 'Bearer t' } }).send(alert, signal);
  expect(got).toEqual([
    { method: 'POST', type: 'application/json', authorization: 'Bearer t', body: { service: 'api', ...alert } },
  ]);
});

test('[X5] Slack is sent text, with its own characters escaped', async () => {
  const { url, got } = await listen((_, response) => response.end('ok'));
  await slackSink({ url, service: 'api' }).send(alert, signal);
  await slackSink({ url }).send({ ...alert, state: 'resolved', message: 'over' }, signal);
  expect(got.map(({ body }) => body)).toEqual([
    {
      text: ':rotating_light: *api · critical*\nmemory is short: &lt;heap&gt; &amp; more\nlevel: critical\npressure: 0.91',
    },
    { text: ':white_check_mark: *over*\nover\nlevel: critical\npressure: 0.91' },
  ]);
});

test('[X4] [X5] answers of failure, hangs, redirections and closed ports are logged without the address', async () => {
  const refuses = await listen((_, response) => response.writeHead(500).end('s3cret'));
  const hangs = await listen(() => {});
  const cuts = await listen((request) => request.socket.destroy());
  const moves = await listen((_, response) => response.writeHead(307, { location: '/s3cret' }).end());
  const gone = await listen(() => {});
  gone.close();
  const good = await listen((_, response) => response.end());
  const clock = createFakeClock();
  const log = createTestLog();
  const sinks = [refuses, hangs, cuts, moves, gone, good].map(({ url }, index) => ({
    ...webhookSink({ url }),
    name: `sink ${index}`,
  }));
  const alerts = createAlerts({ sinks, clock, log, deadlineMs: 1000 });
  alerts.raise('level', 'critical', 'short', {});
  await expect.poll(() => log.lines.length, { timeout: 10_000 }).toBe(4);
  await expect.poll(() => hangs.got.length + good.got.length).toBe(2);
  clock.advance(1000);
  alerts.resolve('level');
  // The one that hung is free again, so that it hears the end.
  await expect.poll(() => hangs.got.length + good.got.length).toBe(4);
  const reasons = new Map(log.lines.map(({ fields }) => [fields.sink, fields.reason]));
  expect(reasons.get('sink 0')).toBe('answered 500');
  expect(reasons.get('sink 2')).toMatch(/^no answer \((UND_ERR_SOCKET|ECONNRESET)\)$/);
  expect(reasons.get('sink 3')).toMatch(/^no answer/);
  expect(reasons.get('sink 4')).toBe('no answer (ECONNREFUSED)');
  const written = JSON.stringify(log.lines);
  for (const secret of ['s3cret', '127.0.0.1', refuses.url]) expect(written).not.toContain(secret);
  alerts.close();
});

test.each(['nonsense s3cret', 'ftp://host/s3cret'])(
  '[X5] refuses an address that is none, without showing it',
  (url) => {
    for (const sink of [webhookSink, slackSink]) {
      expect(() => sink({ url })).toThrow(TypeError);
      expect(() => sink({ url })).not.toThrow('s3cret');
    }
  },
);

test('[X3] the log gets beginnings by their severity, and ends', async () => {
  const log = createTestLog();
  const sink = logSink(log);
  await sink.send({ ...alert, severity: 'warning' }, signal);
  await sink.send(alert, signal);
  await sink.send({ ...alert, state: 'resolved' }, signal);
  expect(log.lines.map(({ at }) => at)).toEqual(['warn', 'error', 'info']);
  expect(log.lines[1]).toMatchObject({ message: alert.message, fields: { alert: 'level', readings: alert.readings } });
});
