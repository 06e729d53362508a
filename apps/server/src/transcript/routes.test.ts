import type { ExportFormat } from '@hansard/protocol';
import { parse as parseDisposition } from 'content-disposition';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../http/index.ts';
import { meetingRoutes } from '../meetings/index.ts';
import { createExports, transcriptRoutes } from './index.ts';
import { startTranscript } from './testing.ts';

async function startApp() {
  const started = await startTranscript();
  const { transcript, meetings, meetingId, log } = started;
  const exportMeeting = createExports({
    getMeeting: meetings.get,
    readTranscript: transcript.readTranscript,
    latestMinutes: () => Promise.resolve(null),
  });
  const app = await createHttpServer({
    log,
    api: [meetingRoutes(meetings), transcriptRoutes(transcript, exportMeeting)],
    operations: async () => undefined,
    webDir: null,
  });
  onTestFinished(() => app.close());
  const inject = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
    app.inject({ method, url: `/api/v1/meetings/${meetingId}${path}`, ...(payload && { payload }) });
  const call = async (...args: Parameters<typeof inject>) => {
    const answer = await inject(...args);
    return { status: answer.statusCode, body: answer.json() };
  };
  return { ...started, inject, call };
}

test('captions are posted, read, corrected, deleted, brought back and renamed', async () => {
  const { call } = await startApp();
  const segments = [
    { externalId: 'a', speaker: 'Ana', startMs: 0, endMs: 900, text: 'helo' },
    { externalId: 'b', startMs: 1000, endMs: 1900, text: 'there', final: false },
  ];
  expect(await call('POST', '/segments', { source: 'meet', segments })).toEqual({ status: 200, body: { accepted: 2 } });
  const page = await call('GET', '/segments?limit=1');
  expect(page).toMatchObject({ status: 200, body: { segments: [{ text: 'helo' }], cursor: 1, more: true } });
  expect(await call('GET', '/segments?since=1')).toMatchObject({
    body: { segments: [{ text: 'there' }], more: false },
  });

  const path = `/segments/${page.body.segments[0].id}`;
  const patched = await call('PATCH', path, { text: 'hello' });
  expect(patched).toMatchObject({ status: 200, body: { text: 'hello', edited: true, seq: 3 } });
  expect(await call('DELETE', path)).toEqual({ status: 200, body: patched.body });
  expect(await call('GET', '/segments?since=3')).toMatchObject({ body: { segments: [{ text: '', deleted: true }] } });
  expect(await call('PATCH', path, { text: 'hello', speaker: 'Ana' })).toMatchObject({ body: { seq: 5 } });
  expect(await call('POST', '/speakers/rename', { from: 'Ana', to: 'Anna' })).toEqual({
    status: 200,
    body: { renamed: 1 },
  });
});

test.each([
  ['GET', '/segments?since=-1', undefined],
  ['GET', '/segments?limit=501', undefined],
  ['POST', '/segments', { source: 'meet', segments: [] }],
  ['POST', '/segments', { source: 'meet', segments: [{ externalId: 'a', startMs: 2, endMs: 1, text: '' }] }],
  ['PATCH', '/segments/s', {}],
  ['PATCH', '/segments/s', { text: '   ' }],
  ['POST', '/speakers/rename', { from: 'a', to: '' }],
  ['GET', '/export?format=pdf', undefined],
] as const)('%s %s with %j is refused', async (method, path, body) => {
  const { call } = await startApp();
  expect(await call(method, path, body)).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
});

test.each([
  ['PATCH', '/segments/nobody', { text: 'x' }],
  ['DELETE', '/segments/nobody', undefined],
] as const)('%s %s is not found', async (method, path, body) => {
  const { call } = await startApp();
  expect(await call(method, path, body)).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
});

test.each([
  ['md', 'text/markdown; charset=utf-8', 'the harbour wall'],
  ['txt', 'text/plain; charset=utf-8', 'the harbour wall'],
  ['json', 'application/json; charset=utf-8', 'the harbour wall'],
  ['vtt', 'text/vtt; charset=utf-8', 'the harbour wall'],
  ['srt', 'application/x-subrip; charset=utf-8', 'the harbour wall'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'word/document.xml'],
] satisfies [ExportFormat, string, string][])(
  'the transcript is exported as %s, under a name that says what it is',
  async (format, contentType, sign) => {
    const { append, inject, call } = await startApp();
    await append('a', 'Ana', ['the harbour wall']);
    await call('PATCH', '', { title: 'Büro “plan” 会議' });
    const answer = await inject('GET', `/export?format=${format}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe(contentType);
    const { type, parameters } = parseDisposition(answer.headers['content-disposition'] as string);
    expect(type).toBe('attachment');
    expect(parameters['filename']).toMatch(/^Büro “plan” 会議 \d{4}-\d\d-\d\d\./);
    expect(parameters['filename']).toMatch(new RegExp(`\\.${format}$`));
    expect(answer.body).toContain(sign);
  },
);
