import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  documentAccepted,
  documentList,
  passageList,
  type EngineStatus,
  type MeetingDocument,
} from '@hansard/protocol';
import { strToU8, zipSync } from 'fflate';
import pino from 'pino';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import { startFakeEmbedProvider } from '../adapters/models/embed/fake-provider.ts';
import { createApp } from '../app.ts';
import { loadConfig } from '../config.ts';

/** The whole server, with parsers, rooms and a provider of embeddings that are real but for the numbers in the vectors. */
async function startApp(dataDir: string, env: Record<string, string> = {}) {
  const config = loadConfig({
    PORT: '0',
    HANSARD_DATA_DIR: dataDir,
    HANSARD_ENGINE: 'none',
    HANSARD_EMBEDDING_DIMS: '16',
    HANSARD_EMBEDDING_REQUESTS_PER_MINUTE: '10000',
    ...env,
  });
  const app = await createApp(config, pino({ level: 'silent' }));
  const url = `${await app.listen()}/api/v1`;
  let isDrained = false;
  const drain = async () => {
    if (!isDrained) await app.drain();
    isDrained = true;
  };
  onTestFinished(drain);
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const add = async (meetingId: string, content: string | Uint8Array<ArrayBuffer>, name: string) => {
    const form = new FormData();
    form.append('file', new Blob([content]), name);
    const answer = await fetch(`${url}/meetings/${meetingId}/documents`, { method: 'POST', body: form });
    return documentAccepted.parse(await answer.json()).id;
  };
  const settled = async (meetingId: string, id: string): Promise<MeetingDocument> => {
    const find = async () => {
      const { documents } = documentList.parse(await get(`/meetings/${meetingId}/documents`));
      return documents.find((document) => document.id === id)!;
    };
    const isOver = async () => ['ready', 'failed', 'cancelled'].includes((await find()).state);
    await expect.poll(isOver, { timeout: 60_000, interval: 50 }).toBe(true);
    return find();
  };
  const makeMeeting = async (): Promise<string> => {
    const made = await fetch(`${url}/meetings`, { method: 'POST' });
    return ((await made.json()) as { id: string }).id;
  };
  const ask = async (meetingId: string, q: string) =>
    passageList.parse(await get(`/meetings/${meetingId}/passages?q=${encodeURIComponent(q)}&k=3`)).passages;
  return { url, drain, get, add, settled, makeMeeting, ask };
}

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hansard-knowledge-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const plan =
  '# Budget\n\nThe annual budget is forty thousand francs.\n\n# Travel\n\nTrains are booked by Ana in March.\n';

it(
  'answers from a document that was dropped in, with vectors, and still does after a restart',
  { timeout: 120_000 },
  async () => {
    const provider = await startFakeEmbedProvider('openai');
    onTestFinished(() => provider.close());
    const env = {
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: provider.url,
      HANSARD_EMBEDDINGS: 'openai',
      HANSARD_ANSWERS_ENGINE: 'quotes',
    };
    const dataDir = tempDir();
    const first = await startApp(dataDir, env);
    const meetingId = await first.makeMeeting();
    const socket = io(new URL(first.url).origin, { transports: ['websocket'], reconnection: false });
    const told: MeetingDocument[] = [];
    socket.on('document', (document: MeetingDocument) => told.push(document));
    await socket.emitWithAck('meeting:join', { meetingId, since: 0 });
    const id = await first.add(meetingId, plan, 'plan.md');
    expect(await first.settled(meetingId, id)).toMatchObject({
      kind: 'markdown',
      state: 'ready',
      leftOut: null,
      error: null,
    });
    await expect.poll(() => told.at(-1)?.state).toBe('ready');
    expect(new Set(told.map(({ state }) => state))).toEqual(new Set(['waiting', 'parsing', 'embedding', 'ready']));
    socket.close();
    const embedded = provider.calls.flatMap(({ texts }) => texts);
    expect(embedded).toContain('Budget\nThe annual budget is forty thousand francs.');

    const [hit] = await first.ask(meetingId, 'Who books the trains?');
    expect(hit).toMatchObject({ documentId: id, documentName: 'plan.md', heading: 'Travel' });
    const { engines } = (await first.get('/engines')) as { engines: EngineStatus[] };
    expect(engines.find(({ task, active }) => task === 'embeddings' && active)).toMatchObject({
      name: 'openai',
      state: 'ready',
    });
    await first.drain();

    const second = await startApp(dataDir, env);
    expect((await second.ask(meetingId, 'annual budget'))[0]).toMatchObject({ documentId: id, heading: 'Budget' });
    const deleted = await fetch(`${second.url}/meetings/${meetingId}`, { method: 'DELETE' });
    expect(await deleted.json()).toMatchObject({ deleted: { documents: 1 } });
    const files = await readdir(dataDir, { recursive: true });
    expect(files.filter((file) => file.includes(id) || file.includes(meetingId))).toEqual([
      // The store keeps the folders of objects that were removed.
      ...files.filter((file) => file.endsWith(`documents/${meetingId}`)),
    ]);
  },
);

it(
  'goes by words alone without a provider, and gives vectors to all once there is one',
  { timeout: 120_000 },
  async () => {
    const dataDir = tempDir();
    const first = await startApp(dataDir);
    const meetingId = await first.makeMeeting();
    const id = await first.add(meetingId, plan, 'plan.md');
    expect(await first.settled(meetingId, id)).toMatchObject({ state: 'ready', leftOut: null });
    expect((await first.ask(meetingId, 'trains'))[0]).toMatchObject({ documentId: id });
    await first.drain();

    const provider = await startFakeEmbedProvider('ollama');
    onTestFinished(() => provider.close());
    const second = await startApp(dataDir, { OLLAMA_BASE_URL: provider.url });
    await expect.poll(() => provider.calls.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await expect.poll(async () => (await second.ask(meetingId, 'trains'))[0]?.documentId, { timeout: 20_000 }).toBe(id);
    const paid = provider.calls.flatMap(({ texts }) => texts).filter((text) => text.startsWith('search_document: '));
    // Each text once, however many have wanted its vector.
    expect(new Set(paid).size).toBe(paid.length);
  },
);

it(
  'fails what would harm it with a reason, leaves nothing of it, and serves others meanwhile',
  { timeout: 120_000 },
  async () => {
    const dataDir = tempDir();
    const app = await startApp(dataDir);
    const meetingId = await app.makeMeeting();
    const bomb = zipSync({
      '[Content_Types].xml': strToU8('<Types/>'),
      'word/document.xml': new Uint8Array(200 * 2 ** 20),
    });
    const ids = [
      await app.add(meetingId, bomb, 'bomb.docx'),
      await app.add(meetingId, `%PDF-1.7\n${'x'.repeat(5000)}`, 'cut.pdf'),
      await app.add(meetingId, new Uint8Array(3000).fill(7), 'noise.txt'),
    ];
    const good = await app.add(meetingId, plan, 'plan.md');
    for (const id of ids) {
      const { state, error } = await app.settled(meetingId, id);
      expect(state).toBe('failed');
      expect(['UNREADABLE', 'UNSUPPORTED_MEDIA', 'TOO_LARGE']).toContain(error!.code);
    }
    expect((await app.settled(meetingId, good)).state).toBe('ready');
    const kept = await readdir(join(dataDir, 'objects', 'store', 'documents', meetingId));
    expect(kept).toEqual([`${good}~`]);
    expect(await readdir(join(dataDir, 'incoming-documents'))).toEqual([]);
    expect((await fetch(app.url.replace('/api/v1', '/health'))).status).toBe(200);
  },
);
