import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi } from './api.ts';

const meeting = {
  id: 'm1',
  title: 'Budget',
  kind: 'general',
  state: 'live',
  createdAt: 1,
  startedAt: 1,
  endedAt: null,
  durationMs: 0,
  people: [],
  seq: 0,
  hasGaps: false,
  failedChunks: 0,
  openChunks: 0,
};

const seen: { call: string; type: string | undefined; body: string }[] = [];
let answer: { status: number; body: unknown; headers?: Record<string, string> };
let baseUrl: string;

const server = createServer((request, response) => {
  const respond = (body: string) => {
    seen.push({ call: `${request.method} ${request.url}`, type: request.headers['content-type'], body });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  };
  void bodyOf(request).then(respond);
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

it('asks for what the wire says', async () => {
  const api = createApi(`${baseUrl}/`);
  seen.length = 0;
  answer = { status: 200, body: {} };
  await api.createMeeting({ title: 'Budget' });
  await api.listMeetings({ q: 'a b', limit: 5 });
  await api.getMeeting('m1');
  await api.patchMeeting('m1', { title: 'New' });
  await api.deleteMeeting('m1');
  await api.endMeeting('m1');
  await api.listSegments('m1', { since: 7, limit: 50 });
  await api.postCaptions('m1', { source: 'meet', segments: [{ externalId: '1', startMs: 0, endMs: 9, text: 'Hi' }] });
  await api.patchSegment('m1', 's1', { text: 'Ho' });
  await api.renameSpeaker('m1', { from: null, to: 'Ana' });
  await api.retryChunks('m1');
  await api.retryChunks('m1', 'c1');
  await api.makeMinutes('m1');
  await api.getMinutes('m1');
  await api.cancelMinutes('m1');
  await api.listDocuments('m1');
  await api.cancelDocument('m1', 'd 1');
  await api.deleteDocument('m1', 'd1');
  await api.listTemplates();
  await api.listEngines();
  await api.tryEngine(new Blob(['x'], { type: 'audio/webm' }));
  await api.getMemory();
  await api.getMemoryHistory('day');
  await api.startMemoryDrill({ target: 'critical', holdMs: 5000 });
  await api.cancelMemoryDrill();
  await api.evictRoom('m1');
  expect(seen.map(({ call, body }) => (body ? `${call} ${body}` : call))).toEqual([
    'POST /api/v1/meetings {"title":"Budget"}',
    'GET /api/v1/meetings?q=a+b&limit=5',
    'GET /api/v1/meetings/m1',
    'PATCH /api/v1/meetings/m1 {"title":"New"}',
    'DELETE /api/v1/meetings/m1',
    'POST /api/v1/meetings/m1/end',
    'GET /api/v1/meetings/m1/segments?since=7&limit=50',
    'POST /api/v1/meetings/m1/segments {"source":"meet","segments":[{"externalId":"1","startMs":0,"endMs":9,"text":"Hi"}]}',
    'PATCH /api/v1/meetings/m1/segments/s1 {"text":"Ho"}',
    'POST /api/v1/meetings/m1/speakers/rename {"from":null,"to":"Ana"}',
    'POST /api/v1/meetings/m1/chunks/retry {}',
    'POST /api/v1/meetings/m1/chunks/retry {"chunkId":"c1"}',
    'POST /api/v1/meetings/m1/minutes {}',
    'GET /api/v1/meetings/m1/minutes',
    'DELETE /api/v1/meetings/m1/minutes/running',
    'GET /api/v1/meetings/m1/documents',
    'POST /api/v1/meetings/m1/documents/d%201/cancel',
    'DELETE /api/v1/meetings/m1/documents/d1',
    'GET /api/v1/templates',
    'GET /api/v1/engines',
    'POST /api/v1/engines/try x',
    'GET /api/v1/operations/memory',
    'GET /api/v1/operations/memory/history?range=day',
    'POST /api/v1/operations/memory/drill {"target":"critical","holdMs":5000}',
    'DELETE /api/v1/operations/memory/drill',
    'DELETE /api/v1/operations/memory/rooms/m1',
  ]);
  expect(seen.find(({ call }) => call.endsWith('/engines/try'))?.type).toBe('audio/webm');
  expect(seen.find(({ call }) => call.endsWith('/end'))?.type).toBeUndefined();
  expect(api.audioUrl('m1', 't 1')).toBe(`${baseUrl}/api/v1/meetings/m1/audio?track=t+1`);
  expect(api.originalUrl('m1', 'd1', 4)).toBe(`${baseUrl}/api/v1/meetings/m1/documents/d1/original#page=4`);
  expect(api.exportUrl('m1', 'vtt')).toBe(`${baseUrl}/api/v1/meetings/m1/export?format=vtt`);
});

it('sends a document as a form', async () => {
  answer = { status: 202, body: { id: 'd1', state: 'waiting' } };
  const api = createApi(baseUrl, { checkAnswers: true });
  expect(await api.addDocument('m1', new Blob(['words']), 'plan.txt')).toEqual({ id: 'd1', state: 'waiting' });
  const { call, type, body } = seen.at(-1)!;
  expect(call).toBe('POST /api/v1/meetings/m1/documents');
  expect(type).toMatch(/^multipart\/form-data; boundary=/);
  expect(body).toContain('name="file"; filename="plan.txt"');
  expect(body).toContain('\r\n\r\nwords\r\n');
});

it('brings a file by the name that the server gives it', async () => {
  const api = createApi(baseUrl);
  answer = { status: 200, body: 'snap', headers: { 'content-disposition': 'attachment; filename="now.heapsnapshot"' } };
  const { content, fileName } = await api.takeHeapSnapshot();
  expect([fileName, await content.text()]).toEqual(['now.heapsnapshot', 'snap']);
  expect(seen.at(-1)?.call).toBe('POST /api/v1/operations/memory/snapshot');
  answer = { status: 503, body: { error: { code: 'MEMORY_PRESSURE', message: 'No room.', retryable: true } } };
  await expect(api.takeAllocationProfile(5)).rejects.toMatchObject({ code: 'MEMORY_PRESSURE', message: 'No room.' });
  expect(seen.at(-1)?.call).toBe('POST /api/v1/operations/memory/profile?seconds=5');
});

it('checks answers where it is told to', async () => {
  answer = { status: 201, body: meeting };
  expect(await createApi(baseUrl, { checkAnswers: true }).createMeeting()).toEqual(meeting);
  answer = { status: 201, body: { ...meeting, state: 'dancing' } };
  await expect(createApi(baseUrl, { checkAnswers: true }).createMeeting()).rejects.toHaveProperty('issues');
  await expect(createApi(baseUrl).createMeeting()).resolves.toHaveProperty('state', 'dancing');
});

it('makes an ApiError of a refusal, of a proxy’s page and of no answer', async () => {
  const api = createApi(baseUrl);
  answer = { status: 429, body: { error: { code: 'TOO_MANY', message: 'Slower.', retryable: true, retryAfterMs: 5 } } };
  await expect(api.getMeeting('m1')).rejects.toMatchObject({
    name: 'ApiError',
    code: 'TOO_MANY',
    statusCode: 429,
    message: 'Slower.',
    retryable: true,
    retryAfterMs: 5,
  });
  answer = { status: 502, body: '<html>', headers: { 'retry-after': '3' } };
  await expect(api.getMeeting('m1')).rejects.toMatchObject({ code: 'INTERNAL', retryable: true, retryAfterMs: 3_000 });
  const nowhere = createApi('http://127.0.0.1:9');
  await expect(nowhere.getMeeting('m1')).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
  await expect(api.getMeeting('m1', { signal: AbortSignal.abort() })).rejects.toHaveProperty('name', 'AbortError');
});
