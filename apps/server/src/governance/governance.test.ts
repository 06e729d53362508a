import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeSensors } from '@hansard/headroom/testing';
import { documentList, type MeetingDocument } from '@hansard/protocol';
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { describe, expect, test, vi, type TestContext } from 'vitest';
import { createApp } from '../app.ts';
import { loadConfig } from '../config.ts';

const log = pino({ level: 'silent' });

/** A real server whose memory is as short as the test says. */
async function start({ onTestFinished }: TestContext, env: Record<string, string> = {}, limitBytes?: number) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hansard-governed-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const config = loadConfig({ PORT: '0', HANSARD_DATA_DIR: dataDir, HANSARD_ENGINE: 'none', ...env });
  const sensors = createFakeSensors();
  sensors.setRatio(0.2, 'rss', limitBytes);
  const app = await createApp(config, log, { sensors });
  const url = await app.listen();
  onTestFinished(() => app.drain());

  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, never>) : {};
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: json };
  };
  const api = (method: string, path: string, body?: object) => ask(method, `/api/v1${path}`, body);
  const level = async () => String((await ask('GET', '/health')).body.level);
  /** Memory is so short from now on; resolves once the server has seen it. */
  const shorten = async (ratio: number, expected: string) => {
    sensors.setRatio(ratio, 'rss');
    await vi.waitFor(async () => expect(await level()).toBe(expected), { timeout: 30_000 });
  };
  const connect = () => {
    const socket = io(url, { transports: ['websocket'], reconnection: false });
    onTestFinished(() => void socket.close());
    return socket;
  };
  const addDocument = async (meetingId: string) => {
    const form = new FormData();
    form.append('file', new Blob(['The budget is 4 000 francs.']), 'plan.txt');
    const answer = await fetch(`${url}/api/v1/meetings/${meetingId}/documents`, { method: 'POST', body: form });
    return answer.status;
  };
  const document = async (meetingId: string): Promise<Partial<MeetingDocument>> => {
    const { body } = await api('GET', `/meetings/${meetingId}/documents`);
    return documentList.parse(body).documents[0] ?? {};
  };
  const meeting = async () => String((await api('POST', '/meetings', {})).body.id);
  const track = (meetingId: string, trackId: string) => ({
    meetingId,
    trackId,
    kind: 'microphone',
    mimeType: 'audio/webm',
    startedAtMs: Date.now(),
  });
  return { ask, api, shorten, connect, meeting, track, addDocument, document };
}

// Each level is left after its dwell: waits that are better had side by side.
describe.concurrent('a server that is short of memory', { timeout: 60_000 }, () => {
  test('refuses new meetings at critical and reading in an emergency; recordings, their end and health go on', async (context) => {
    const { ask, api, shorten, connect, meeting, track } = await start(context);
    const meetingId = await meeting();
    const waiting = await meeting();
    const socket = connect();
    const slow: unknown[] = [];
    socket.on('slow-down', (advice) => slow.push(advice));
    expect(await socket.emitWithAck('track:open', track(meetingId, 'track-1'))).toEqual({ durable: 0 });

    await shorten(0.9, 'critical');
    expect(slow).toHaveLength(1);
    expect(await api('POST', '/meetings', {})).toMatchObject({
      status: 503,
      retryAfter: expect.stringMatching(/^\d+$/),
      body: { error: { code: 'MEMORY_PRESSURE', retryable: true } },
    });
    const refused = await socket.emitWithAck('track:open', track(waiting, 'track-2'));
    expect(refused).toMatchObject({ error: { code: 'MEETINGS_FULL', position: 1 } });
    expect((await api('GET', '/meetings')).status).toBe(200);

    await shorten(0.97, 'emergency');
    expect((await api('GET', '/meetings')).status).toBe(503);
    const join = await socket.emitWithAck('meeting:join', { meetingId, since: 0 });
    expect(join).toMatchObject({ error: { code: 'MEMORY_PRESSURE', retryable: true } });
    expect(await socket.emitWithAck('track:slice', 'track-1', 0, Buffer.from('sound'))).toEqual({ durable: 5 });
    const caption = { externalId: 'a', speaker: 'Ana', startMs: 0, endMs: 1000, text: 'Go on.', final: true };
    const captions = { source: 'meet', segments: [caption] };
    expect((await api('POST', `/meetings/${meetingId}/segments`, captions)).status).toBeLessThan(300);
    expect((await api('POST', `/meetings/${meetingId}/end`)).status).toBe(200);
    for (const path of ['/health', '/ready', '/metrics']) expect((await ask('GET', path)).status).toBe(200);

    await shorten(0.2, 'normal');
    expect((await api('GET', '/meetings')).status).toBe(200);
    expect((await api('POST', '/meetings', {})).status).toBe(201);
    expect(await socket.emitWithAck('track:open', track(waiting, 'track-2'))).toEqual({ durable: 0 });
  });

  test('takes documents in at critical, and reads them when there is memory for a parser', async (context) => {
    const { shorten, meeting, addDocument, document } = await start(context);
    const meetingId = await meeting();
    await shorten(0.9, 'critical');
    expect(await addDocument(meetingId)).toBe(202);
    expect(await document(meetingId)).toMatchObject({ state: 'waiting' });
    await shorten(0.2, 'normal');
    await vi.waitFor(async () => expect(await document(meetingId)).toMatchObject({ state: 'ready' }), {
      timeout: 30_000,
    });
  });

  test('says so where it can never have memory for a parser', async (context) => {
    const { meeting, addDocument, document } = await start(context, {}, 200 * 2 ** 20);
    const meetingId = await meeting();
    expect(await addDocument(meetingId)).toBe(202);
    await vi.waitFor(async () => expect(await document(meetingId)).toMatchObject({ state: 'failed' }), {
      timeout: 10_000,
    });
    expect((await document(meetingId)).error).toMatchObject({ code: 'MEMORY_PRESSURE' });
  });

  test('says so where it can never have memory for minutes of so long a transcript', async (context) => {
    const { api, meeting } = await start(context, { HANSARD_MINUTES_ENGINE: 'local' }, 8 * 2 ** 20);
    const minutesOf = async (lines: number) => {
      const meetingId = await meeting();
      const segments = Array.from({ length: lines }, (_, line) => ({
        externalId: `line-${line}`,
        speaker: 'Ana',
        startMs: line * 1000,
        endMs: line * 1000 + 900,
        text: `We send the offer number ${line} on Friday, and `.repeat(20),
      }));
      expect((await api('POST', `/meetings/${meetingId}/segments`, { source: 'import', segments })).status).toBe(200);
      expect((await api('POST', `/meetings/${meetingId}/minutes`, {})).status).toBe(202);
      const made = async () => (await api('GET', `/meetings/${meetingId}/minutes`)).body;
      await vi.waitFor(async () => expect((await made()).state).not.toBe('running'), { timeout: 10_000 });
      return made();
    };
    expect(await minutesOf(400)).toMatchObject({ state: 'failed', error: expect.stringMatching(/so long.* 1\d MB/) });
    expect(await minutesOf(2)).toMatchObject({ state: 'done', error: null });
  });

  test('does as ever where governance is off', async (context) => {
    const { api, connect, track } = await start(context, { HANSARD_GOVERNANCE: 'off' });
    const { status, body } = await api('POST', '/meetings', {});
    expect(status).toBe(201);
    const socket = connect();
    expect(await socket.emitWithAck('track:open', track(String(body.id), 'track-1'))).toEqual({ durable: 0 });
  });
});

test('meetings beyond the limit wait in a line, and say how long it is', async (context) => {
  const { api, ask, connect, meeting, track } = await start(context, { HANSARD_MAX_MEETINGS: '1' });
  const [first, second, third] = [await meeting(), await meeting(), await meeting()];
  const socket = connect();
  expect(await socket.emitWithAck('track:open', track(first, 'track-1'))).toEqual({ durable: 0 });
  const position = async (meetingId: string, trackId: string) =>
    ((await socket.emitWithAck('track:open', track(meetingId, trackId))) as { error?: { position?: number } }).error
      ?.position;
  expect(await position(second, 'track-2')).toBe(1);
  expect(await position(third, 'track-3')).toBe(2);
  expect((await ask('GET', '/health')).body).toMatchObject({ activeMeetings: 1, fitsMore: 0 });
  await api('POST', `/meetings/${first}/end`);
  expect(await position(third, 'track-3')).toBe(2);
  expect(await position(second, 'track-2')).toBeUndefined();
});
