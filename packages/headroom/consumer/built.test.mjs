// Run against the packed package by each Node that it is for, with what that Node has: node:test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { QueryClient } from '@tanstack/query-core';
import express from 'express';
import fastify from 'fastify';
import { Registry } from 'prom-client';
import { createGovernor, createNodeSensors, MemoryPressureError } from '@hansard/headroom';
import { governExpress } from '@hansard/headroom/express';
import { governFastify } from '@hansard/headroom/fastify';
import { governHttp } from '@hansard/headroom/http';
import { adviseFlags, containerLimitBytes } from '@hansard/headroom/operator';
import { createPoolLimiter } from '@hansard/headroom/pool';
import { registerMetrics } from '@hansard/headroom/prometheus';
import { createBoundedQueryClient } from '@hansard/headroom/tanstack-query';
import { createFakeClock, createFakeSensors } from '@hansard/headroom/testing';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function createFakeGovernor() {
  const clock = createFakeClock();
  const sensors = createFakeSensors(clock);
  sensors.setRatio(0.1);
  const governor = createGovernor({ sensors, clock, log: quiet }).start();
  return { clock, sensors, governor };
}

const limits = { normal: 2, warning: 1, critical: 0, emergency: 0 };

void test("the process's own sensors read the old generation and its limit", async () => {
  const sensors = createNodeSensors();
  await sensors.ready;
  const { 'old-generation': reading } = sensors.readSignals();
  assert.ok(reading.usedBytes > 1e6 && reading.limitBytes > reading.usedBytes);
  assert.ok(sensors.readGauges().rssBytes > 1e7);
  sensors.close();
});

void test('a governor goes through the levels, lets caches go, refuses, and recovers', async () => {
  const { clock, sensors, governor } = createFakeGovernor();
  const cache = governor.cache('texts', { maxBytes: 100_000, sizeOf: (text) => text.length });
  for (let key = 0; key < 200; key += 1) cache.set(`k${key}`, 'x'.repeat(1000));
  const before = cache.bytes;
  governor.check();
  sensors.setRatio(0.97);
  await clock.advanceAsync(1000);
  assert.equal(governor.level, 'emergency');
  assert.throws(() => governor.check(), MemoryPressureError);
  assert.throws(() => governor.reserve(1000, { name: 'big' }), MemoryPressureError);
  assert.ok(cache.bytes < before / 2, `${cache.bytes} of ${before}`);
  sensors.setRatio(0.1);
  await clock.advanceAsync(60_000);
  assert.equal(governor.level, 'normal');
  governor.check();
  assert.equal(await governor.run(async () => 5), 5);
  assert.equal(clock.pending > 0, true);
  governor.stop();
  assert.equal(clock.pending, 0);
});

void test('the adapters let in and refuse', async () => {
  const { clock, sensors, governor } = createFakeGovernor();
  const requestClass = governor.requestClass('normal', {
    priority: 'normal',
    limits,
    maxQueued: 0,
    queueDeadlineMs: 1,
  });
  const app = express().use(governExpress({ requestClass }), (_request, response) => response.end('ok'));
  const plain = governHttp((_request, response) => response.end('ok'), { requestClass });
  const fast = fastify();
  fast.register(governFastify, { requestClass });
  fast.get('/*', async () => 'ok');
  await fast.ready();
  const servers = [createServer(app), createServer(plain), fast.server];
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const ask = (server, path) => fetch(`http://127.0.0.1:${server.address().port}${path}`);
  for (const server of servers) assert.equal((await ask(server, '/')).status, 200);
  sensors.setRatio(0.9);
  await clock.advanceAsync(2000);
  for (const server of servers) {
    const refused = await ask(server, '/');
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.equal((await refused.json()).code, 'MEMORY_PRESSURE');
    assert.equal((await ask(server, '/health')).status, 200);
    server.closeAllConnections();
    server.close();
  }
  await fast.close();
  assert.equal(requestClass.inFlight, 0);
  governor.stop();
});

void test('pipelined requests give their places back, also where the connection closes before their turn', async (t) => {
  const { governor } = createFakeGovernor();
  const requestClass = governor.requestClass('normal', {
    priority: 'normal',
    limits,
    maxQueued: 0,
    queueDeadlineMs: 1,
  });
  const server = createServer(governHttp(() => {}, { requestClass }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
    governor.stop();
  });
  const socket = connect(server.address().port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  while (requestClass.inFlight < 2) await turn();
  socket.destroy();
  for (let turns = 0; turns < 400 && requestClass.inFlight > 0; turns += 1) await turn();
  assert.equal(requestClass.inFlight, 0);
});

void test('metrics, queries, pools and advice', async () => {
  const { governor } = createFakeGovernor();
  const registry = new Registry();
  registerMetrics(registry, governor);
  assert.match(await registry.metrics(), /memory_usage_bytes\{kind="old-generation"\} 100000000/);
  const { client, response } = createBoundedQueryClient({ maxQueries: 2 });
  assert.ok(client instanceof QueryClient);
  governor.respond(response);
  for (let key = 0; key < 9; key += 1) client.setQueryData([key], key);
  assert.equal(client.getQueryCache().getAll().length, 2);
  client.clear();
  const told = [];
  governor.respond(createPoolLimiter({ name: 'db', setLimits: ({ max }) => told.push(max), inUse: () => 0 }).response);
  assert.deepEqual(told, [20]);
  assert.ok(adviseFlags({ containerLimitBytes: 2 ** 29 }).maxOldSpaceMb < 512);
  assert.ok(containerLimitBytes('/nowhere') === null);
  governor.stop();
});

void test('the command diagnoses this Node', () => {
  const bin = fileURLToPath(new URL('./operator/bin.js', import.meta.resolve('@hansard/headroom')));
  const { stdout, stderr } = spawnSync(process.execPath, [bin, 'doctor', '--json'], { encoding: 'utf8' });
  assert.equal(JSON.parse(stdout).node, process.version, stderr);
});
