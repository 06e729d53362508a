import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { documentAccepted, documentDeleted, documentList, errorBody, meetingDocument } from '@hansard/protocol';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpServer } from '../../http/index.ts';
import { ownerActor } from '../../identity/index.ts';
import { documentRoutes } from './index.ts';
import { addMeeting, startDocuments } from './testing.ts';

const maxBytes = 10_000;
const boundary = 'hansard-test-boundary';

async function served() {
  const started = await startDocuments({ maxBytes });
  await addMeeting(started.database);
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    api: [documentRoutes(started.documents, { maxBytes })],
    operations: () => Promise.resolve(),
    webDir: null,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/v1`;
  const post = (body: FormData | string, meetingId = 'm1') =>
    fetch(`${url}/meetings/${meetingId}/documents`, { method: 'POST', body });
  const upload = async (content: string, name = 'notes.txt') => {
    const { id } = documentAccepted.parse(await (await post(formOf(content, name))).json());
    await started.settled('m1', id);
    return { id, at: `${url}/meetings/m1/documents/${id}` };
  };
  /** The body as it is, byte for byte. */
  const raw = (body: Buffer, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const sent = httpRequest(`${url}/meetings/m1/documents`, {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
      });
      sent.on('response', (response) => {
        const read = response.toArray() as Promise<Buffer[]>;
        read.then(
          (pieces) => resolve({ status: response.statusCode!, body: Buffer.concat(pieces).toString() }),
          reject,
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return { ...started, url, post, upload, raw, port };
}

function formOf(content: string, name = 'notes.txt', field = 'file'): FormData {
  const form = new FormData();
  form.append(field, new Blob([content]), name);
  return form;
}

async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, errorBody.parse(await response.json()).error.code];
}

describe('documents over HTTP', () => {
  it('are added, listed, cancelled and deleted', async () => {
    const { post, url, settled } = await served();
    const answer = await post(formOf('Ana pays.\n\nBob does not.', 'plan.txt'));
    expect(answer.status).toBe(202);
    const accepted = documentAccepted.parse(await answer.json());
    expect(accepted.state).toBe('waiting');
    await settled('m1', accepted.id);
    const { documents } = documentList.parse(await (await fetch(`${url}/meetings/m1/documents`)).json());
    expect(documents).toMatchObject([{ id: accepted.id, name: 'plan.txt', state: 'ready', passages: 2 }]);
    const at = `${url}/meetings/m1/documents/${accepted.id}`;
    const cancelled = await fetch(`${at}/cancel`, { method: 'POST' });
    expect(meetingDocument.parse(await cancelled.json()).state).toBe('ready');
    const deleted = await fetch(at, { method: 'DELETE' });
    expect(documentDeleted.parse(await deleted.json()).deleted).toMatchObject({ documents: 1, passages: 2 });
    expect(await codeOf(await fetch(at, { method: 'DELETE' }))).toEqual([404, 'NOT_FOUND']);
  });

  it.each([
    ['Übersicht “neu”.txt', 'Übersicht “neu”.txt'],
    ['../../../etc/passwd', 'passwd'],
    ['C:\\folder\\plan.txt', 'plan.txt'],
    [`${'n'.repeat(400)}.txt`, `${'n'.repeat(251)}.txt`],
  ])('take the name %s for what it is', async (name, shown) => {
    const { upload, documents, files } = await served();
    await upload('words', name);
    expect((await documents.list(ownerActor, 'm1'))[0]!.name).toBe(shown);
    expect((await files()).every((file) => /^[0-9a-f-]+~$/.test(file))).toBe(true);
  });

  it.each<[string, number, string, () => FormData | string]>([
    ['a file that is too large', 413, 'TOO_LARGE', () => formOf('x'.repeat(maxBytes + 1))],
    ['a file that is far too large', 413, 'TOO_LARGE', () => formOf('x'.repeat(5_000_000))],
    ['an empty file', 422, 'UNREADABLE', () => formOf('')],
    ['a form without a file', 400, 'BAD_REQUEST', () => new FormData()],
    ['a file in another field', 400, 'BAD_REQUEST', () => formOf('x', 'x.txt', 'document')],
    ['no form', 415, 'UNSUPPORTED_MEDIA', () => 'just words'],
    [
      'two files',
      400,
      'BAD_REQUEST',
      () => {
        const form = formOf('one');
        form.append('file', new Blob(['two']), 'two.txt');
        return form;
      },
    ],
  ])('refuse %s, and nothing is left', async (_, status, code, body) => {
    const { post, files, url } = await served();
    expect(await codeOf(await post(body()))).toEqual([status, code]);
    expect(await files()).toEqual([]);
    const { documents } = documentList.parse(await (await fetch(`${url}/meetings/m1/documents`)).json());
    expect(documents).toEqual([]);
    // The connection is good for the next.
    expect((await post(formOf('words'))).status).toBe(202);
  });

  it('take a file of just as many bytes as may be', async () => {
    const { upload, shown } = await served();
    const { id } = await upload('x'.repeat(maxBytes));
    expect(await shown('m1', id)).toMatchObject({ state: 'ready', bytes: maxBytes });
  });

  it('take other fields of the form for nothing', async () => {
    const { post } = await served();
    const form = new FormData();
    form.append('note', 'before');
    form.append('file', new Blob(['words']), 'a.txt');
    form.append('note', 'after');
    expect((await post(form)).status).toBe(202);
  });

  it('of no meeting are refused', async () => {
    const { post } = await served();
    expect(await codeOf(await post(formOf('x'), 'm2'))).toEqual([404, 'NOT_FOUND']);
  });

  it.each([
    [
      'ends in the middle of the file',
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf of`,
    ],
    ['ends in its head', `--${boundary}\r\ncontent-disposition: form-data; na`],
    ['is noise', 'noise '.repeat(100)],
    ['is empty', ''],
  ])('refuse a form that %s', async (_, form) => {
    const { raw, files } = await served();
    const { status, body } = await raw(Buffer.from(form));
    expect([status, errorBody.parse(JSON.parse(body)).error.code]).toEqual([400, 'BAD_REQUEST']);
    expect(await files()).toEqual([]);
  });

  it('leave nothing where the sender goes away', async () => {
    const { port, files } = await served();
    const sent = httpRequest(`http://127.0.0.1:${port}/api/v1/meetings/m1/documents`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': '5000' },
    });
    sent.on('error', () => {});
    sent.write(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'x'.repeat(2000)}`,
    );
    await expect.poll(files).toHaveLength(1);
    sent.destroy();
    await expect.poll(files).toEqual([]);
  });
});

describe('an original', () => {
  it.each([
    ['<html><script>alert(1)</script></html>', 'page.html'],
    ['# Notes\n\nwords', 'notes.md'],
    ['words', 'fake.pdf'],
  ])('that is no PDF is a file to keep, in which nothing runs: %s', async (content, name) => {
    const { upload } = await served();
    const { at } = await upload(content, name);
    const response = await fetch(`${at}/original`);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=/);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-security-policy')).toBe('sandbox');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(content);
  });

  it('that is a PDF may be shown', async () => {
    const { upload } = await served();
    const { at } = await upload('%PDF-1.7 words', 'Übersicht.pdf');
    const { headers } = await fetch(`${at}/original`);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-disposition')).toBe(
      'inline; filename="?bersicht.pdf"; filename*=UTF-8\'\'%C3%9Cbersicht.pdf',
    );
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('script-src');
  });

  it('comes by ranges', async () => {
    const { upload } = await served();
    const { at } = await upload('0123456789'.repeat(500));
    const part = await fetch(`${at}/original`, { headers: { range: 'bytes=5-14', 'accept-encoding': 'gzip' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 5-14/5000');
    expect(part.headers.get('content-encoding')).toBeNull();
    expect(await part.text()).toBe('5678901234');
    const beyond = await fetch(`${at}/original`, { headers: { range: 'bytes=6000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */5000']);
    const etag = part.headers.get('etag')!;
    const same = await fetch(`${at}/original`, { headers: { range: 'bytes=0-1', 'if-range': etag } });
    expect(same.status).toBe(206);
    const other = await fetch(`${at}/original`, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } });
    expect(other.status).toBe(200);
  });
});
