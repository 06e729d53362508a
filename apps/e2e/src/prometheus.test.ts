import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '@hansard/client';
import { limits } from '@hansard/protocol';
import { io } from 'socket.io-client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { conversation, holdMeeting } from './support/conversation.ts';
import { freePort, startServer } from './support/server.ts';

const deploy = join(import.meta.dirname, '../../../deploy');
const rules = join(deploy, 'prometheus/hansard.rules.yml');

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/hansard.json'), 'utf8')) as { panels: Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$instance', '.*') })),
);

/** Of what this server never did in the test: a provider that has no key here. */
const withoutData = /engine="groq"|groq_api_response_time_ms/;

/** Names under which others know what is measured here. */
const publishedNames = [
  'meeting_buffer_memory_mb',
  'total_active_meetings',
  'memory_usage_percent',
  'gc_collections_per_minute',
  'meeting_processing_time_seconds',
  'groq_api_response_time_ms',
  'task_creation_success_rate',
  'websocket_connections_active',
  'chunk_processing_seconds_count',
  'active_connections',
  'queue_length',
  'hansard_database_query_seconds:p50',
  'hansard_database_query_seconds:p95',
  'hansard_database_query_seconds:p99',
  'hansard_database_utilization',
  'hansard_database_slow_queries:per_minute',
];

it('promtool is content with the rules and their tests', async () => {
  for (const args of [
    ['check', 'rules', rules],
    ['test', 'rules', join(deploy, 'prometheus/hansard.rules.test.yml')],
  ]) {
    const child = spawn('promtool', args);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
    const [code] = (await once(child, 'close')) as [number];
    expect(said).toContain('SUCCESS');
    expect(code).toBe(0);
  }
});

describe('a real Prometheus that scrapes a real server', () => {
  let ask: (expr: string) => Promise<{ status: string; data: { result: unknown[] } }>;

  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hansard-prometheus-'));
    const server = await startServer(join(dir, 'data'));
    const port = await freePort();
    const config = join(dir, 'prometheus.yml');
    writeFileSync(
      config,
      `global: { scrape_interval: 500ms, evaluation_interval: 500ms }
rule_files: ['${rules}']
scrape_configs: [{ job_name: hansard, static_configs: [{ targets: ['127.0.0.1:${server.port}'] }] }]
`,
    );
    const address = `127.0.0.1:${port}`;
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'tsdb')}`];
    const prometheus = spawn('prometheus', [...args, `--web.listen-address=${address}`], { stdio: 'ignore' });
    ask = async (expr) => {
      const answer = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expr)}`);
      return (await answer.json()) as Awaited<ReturnType<typeof ask>>;
    };
    const isThere = async (expr: string) => {
      const answer = await ask(expr).catch(() => null);
      return (answer?.data.result.length ?? 0) > 0;
    };
    // Counters must be seen before they grow: a rate is made of two scrapes.
    await until(() => isThere('memory_pressure_level'));
    await record(server.url);
    await until(() =>
      isThere('task_creation_success_rate > 0 and ignoring(quantile) meeting_processing_time_seconds > 0'),
    );
    return async () => {
      const ended = once(prometheus, 'exit');
      prometheus.kill('SIGTERM');
      await ended;
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    };
  });

  it.for(queries)('answers “$title”: $expr', async ({ expr }) => {
    const { status, data } = await ask(expr);
    expect(status).toBe('success');
    expect(data.result.length > 0 || withoutData.test(expr), expr).toBe(true);
  });

  it.for(publishedNames)('knows %s', async (name) => {
    const { status, data } = await ask(name);
    expect(status).toBe('success');
    expect(data.result.length > 0 || withoutData.test(name), name).toBe(true);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 45_000, interval: 200 });
}

/** A meeting with captions and with speech that becomes text, and minutes of both. */
async function record(url: string): Promise<void> {
  const api = createApi(url);
  const meetingId = await holdMeeting(api, 'Measured', conversation(30));
  const socket = io(url, { transports: ['websocket'] });
  const trackId = 'measured-track';
  const track = { meetingId, trackId, kind: 'microphone', mimeType: 'audio/webm;codecs=opus', startedAtMs: Date.now() };
  await socket.emitWithAck('track:open', track);
  const speech = readFileSync(join(import.meta.dirname, '../../../scripts/demo/host.webm'));
  for (let at = 0; at < speech.length; at += limits.maxSliceBytes) {
    await socket.emitWithAck('track:slice', trackId, at, speech.subarray(at, at + limits.maxSliceBytes), null);
  }
  await socket.emitWithAck('track:close', { trackId, length: speech.length });
  socket.close();
  await api.endMeeting(meetingId);
}
