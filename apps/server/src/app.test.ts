import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeetingDetail, SegmentPage } from '@hansard/protocol';
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from './app.ts';
import { loadConfig } from './config.ts';

const engineer = readFileSync(join(import.meta.dirname, '../../../scripts/demo/engineer.webm'));

async function startApp(dataDir: string, env: Record<string, string> = {}) {
  const config = loadConfig({ PORT: '0', HANSARD_DATA_DIR: dataDir, HANSARD_ENGINE: 'pocketsphinx', ...env });
  const app = await createApp(config, pino({ level: 'silent' }));
  const url = await app.listen();
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return (await answer.json()) as T;
  };
  return { app, url, call };
}

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-app-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it('turns slices into lines, minutes and exports, and keeps them through a restart', { timeout: 90_000 }, async () => {
  const dataDir = tempDir();
  const first = await startApp(dataDir);
  const meeting = await first.call<MeetingDetail>('POST', '/meetings', { title: 'A trial' });
  const socket = io(first.url, { transports: ['websocket'], reconnection: false });
  const heard: string[] = [];
  socket.on('segment', ({ text }: { text: string }) => heard.push(text));
  await socket.emitWithAck('meeting:join', { meetingId: meeting.id, since: 0 });
  const track = {
    meetingId: meeting.id,
    trackId: 'track-1',
    kind: 'microphone',
    mimeType: 'audio/webm',
    startedAtMs: Date.now(),
    participant: 'Engineer',
  };
  expect(await socket.emitWithAck('track:open', track)).toEqual({ durable: 0 });
  const size = 16_000;
  for (let offset = 0; offset < engineer.length; offset += size) {
    const slice = engineer.subarray(offset, offset + size);
    expect(await socket.emitWithAck('track:slice', 'track-1', offset, slice)).toEqual({
      durable: offset + slice.length,
    });
  }
  await socket.emitWithAck('track:close', { trackId: 'track-1', length: engineer.length, capturedMs: 86_000 });
  await first.call('POST', `/meetings/${meeting.id}/end`);

  const isDone = async (): Promise<boolean> => {
    const { state, openChunks } = await first.call<MeetingDetail>('GET', `/meetings/${meeting.id}`);
    return state === 'done' && openChunks === 0;
  };
  await expect.poll(isDone, { timeout: 60_000, interval: 250 }).toBe(true);
  expect(heard.join(' ').toLowerCase()).toContain('release notes');
  socket.close();
  await first.app.drain();

  const second = await startApp(dataDir);
  onTestFinished(() => second.app.drain());
  const { segments } = await second.call<SegmentPage>('GET', `/meetings/${meeting.id}/segments`);
  expect(segments.map(({ text }) => text)).toEqual(expect.arrayContaining(heard));
  expect(segments).toHaveLength(heard.length);
  expect(new Set(segments.map(({ speaker }) => speaker))).toEqual(new Set(['Engineer']));
  const minutes = await second.call<{ state: string; actionItems: object[] }>('GET', `/meetings/${meeting.id}/minutes`);
  expect(minutes.state).toBe('done');
  const subtitles = await fetch(`${second.url}/api/v1/meetings/${meeting.id}/export?format=vtt`);
  expect(await subtitles.text()).toMatch(/^WEBVTT/);
  const audio = await fetch(`${second.url}/api/v1/meetings/${meeting.id}/audio`, { headers: { range: 'bytes=0-3' } });
  expect(audio.status).toBe(206);
  expect(await audio.text()).toBe('OggS');
});

it('says how it is, and counts what it does', async () => {
  const { app, url } = await startApp(tempDir(), { HANSARD_ENGINE: 'none' });
  onTestFinished(() => app.drain());
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok', engine: { state: 'missing' } });
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^websocket_connections_active 0$/m);
  expect(metrics).toMatch(/^hansard_segments_total 0$/m);
});
