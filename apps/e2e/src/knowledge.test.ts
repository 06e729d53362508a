import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi, type Api } from '@hansard/client';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserFlags, chromiumPath } from './support/chromium.ts';
import { holdMeeting } from './support/conversation.ts';
import { dropFiles } from './support/drop-files.ts';
import { inspectPage, phone } from './support/inspect-page.ts';
import { startLanguageModel, type LanguageModel } from './support/language-model.ts';
import { startServer, type RunningServer } from './support/server.ts';

/** A document of others, of 206 pages; on the 17th it says what the question is about. */
const specification = join(import.meta.dirname, '../../../bench/data/documents/theora-specification.pdf');
const answerPage = 17;
const question = 'Does Theora take interlaced video, and what do we do about it?';
/** Reading 206 pages beside other tests takes its time. */
const maxReadingMs = 180_000;
const maxWaitMs = 60_000;

const said = [
  ['Chair', 'Today we choose the format in which the recordings of the hall are kept.'],
  ['Engineer', 'I have read the Theora specification over the weekend, it is two hundred pages.'],
  ['Archivist', 'What matters to me is that nobody asks us for money in ten years.'],
  ['Engineer', 'It is free of fees as far as I can tell, the owner of the patents gave them away.'],
  ['Chair', 'Then to the cameras. The two old ones in the hall deliver interlaced video.'],
  ['Engineer', 'Theora does not take interlaced video, so we decided to deinterlace it on the capture machine.'],
  ['Archivist', 'And the old tapes in VP3?'],
  ['Engineer', 'Those can be converted without loss, I will do a dozen of them by Friday.'],
  ['Chair', 'Good. The export to other formats stays open until the next meeting.'],
] as const;
const stepMs = 7_500;
const decisionAt = '0:37';

let dir: string;
let model: LanguageModel;
let server: RunningServer;
let browser: Browser;
let api: Api;
let meetingId: string;
const complaints: string[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hansard-knowledge-'));
  model = await startLanguageModel();
  [server, browser] = await Promise.all([
    startServer(join(dir, 'data'), model.env),
    chromium.launch({ executablePath: chromiumPath, args: browserFlags }),
  ]);
  api = createApi(server.url, { checkAnswers: true });
  const lines = said.map(([speaker, text], index) => {
    const startMs = index * stepMs;
    return { externalId: `line-${index}`, speaker, startMs, endMs: startMs + stepMs - 1000, text, final: true };
  });
  meetingId = await holdMeeting(api, 'Video formats for the archive', lines);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  model?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  page.setDefaultTimeout(maxWaitMs);
  page.on('console', (message) => {
    const isNoMinutes = message.location().url.endsWith('/minutes') && message.text().includes('404');
    if (message.type() === 'error' && !isNoMinutes) complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(server.url + path);
  return page;
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const source = (page: Page, label: string) =>
  page.getByRole('list', { name: 'Sources' }).getByRole('button', { name: new RegExp(`^Source \\d: ${label}$`) });
const decision = (page: Page) => page.locator('[data-selected]').filter({ hasText: 'deinterlace' });

async function ask(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Question' }).fill(question);
  await page.keyboard.press('Enter');
}

/** Whether all of a line can be seen in the transcript. */
async function isInView(page: Page): Promise<boolean> {
  const region = await page.getByRole('region', { name: 'Transcript' }).boundingBox();
  const line = await decision(page).boundingBox();
  return !!region && !!line && line.y >= region.y && line.y + line.height <= region.y + region.height;
}

/** The number by which the model is given the passage that says this; 0 where it is given none. */
function numberOf(prompt: string, words: string): number {
  const passages = prompt.matchAll(/<passage number="(\d+)"[^>]*>\n([^<]*)/g);
  return Number([...passages].find(([, , text = '']) => text.includes(words))?.[1] ?? 0);
}

describe('documents and answers', () => {
  it('a dropped PDF is read before the eyes of every viewer', { timeout: maxReadingMs }, async () => {
    const [page, viewer] = [await open(`/m/${meetingId}`), await open(`/m/${meetingId}`)];
    await tab(viewer, 'Documents').click();
    await viewer.getByText('Drop files anywhere on this page').waitFor();
    await page.getByRole('region', { name: 'Transcript' }).getByText('deinterlace').waitFor();
    await dropFiles(page, [specification]);
    for (const each of [page, viewer]) {
      const row = each.getByRole('listitem').filter({ hasText: 'theora-specification.pdf' });
      await row.getByText(/^Being read: page [1-9]\d* of 206$/).waitFor({ timeout: maxReadingMs });
      await row.getByRole('progressbar').waitFor();
    }
    const row = viewer.getByRole('listitem').filter({ hasText: 'theora-specification.pdf' });
    await row.getByText('500 passages', { exact: true }).waitFor({ timeout: maxReadingMs });
    await row.getByText(/^Answers are made from 500 of its \d+ passages/).waitFor();
    expect(await row.getByText('PDF · 206 pages · 689 KB').count()).toBe(1);
    expect(await inspectPage(viewer)).toEqual([]);
    await page.close();
    await viewer.close();
  });

  it('an answer leads to the page and to the spoken line', async () => {
    model.pieces = function* (prompt) {
      yield `The Theora format does not support interlaced material or variable frame rates [${numberOf(prompt, 'interlaced material')}]. `;
      yield `It was decided to deinterlace video before it is encoded [${numberOf(prompt, 'decided to deinterlace')}]. `;
    };
    const page = await open(`/m/${meetingId}`);
    await tab(page, 'Ask').click();
    await ask(page);
    await source(page, `theora-specification.pdf p. ${answerPage}`).click();
    const dialog = page.getByRole('dialog', { name: `theora-specification.pdf, page ${answerPage}` });
    await dialog.getByText('The Theora format does not support interlaced material').waitFor();
    const link = dialog.getByRole('link', { name: `Open page ${answerPage}` });
    const address = new URL((await link.getAttribute('href'))!, server.url);
    expect(address.hash).toBe(`#page=${answerPage}`);
    // The browser's own viewer shows it, in the page: its script is a frame in the frame.
    await expect
      .poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-extension:')), { timeout: maxWaitMs })
      .toBe(true);
    const original = await fetch(address);
    expect([original.status, original.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    await page.keyboard.press('Escape');

    await source(page, `${decisionAt} Engineer`).click();
    await decision(page).waitFor();
    expect(await isInView(page)).toBe(true);
    expect(await inspectPage(page, [{ width: 1280, height: 900 }])).toEqual([]);

    await page.setViewportSize(phone);
    await tab(page, 'Ask').click();
    await page.getByRole('textbox', { name: 'Question' }).waitFor();
    expect(await inspectPage(page, [phone])).toEqual([]);
    await source(page, `${decisionAt} Engineer`).click();
    await expect.poll(() => isInView(page)).toBe(true);
    await page.close();
  });

  it('an answer is read while it is written, and what has no source is marked', async () => {
    let goOn = () => {};
    const read = new Promise<void>((done) => (goOn = done));
    model.pieces = async function* (prompt) {
      yield `Theora does not support interlaced material [${numberOf(prompt, 'interlaced material')}]. `;
      // A sentence is held back until the next begins.
      yield 'Everybody was glad about that';
      await read;
      yield ' [99].';
    };
    const page = await open(`/m/${meetingId}`);
    await page.getByRole('region', { name: 'Transcript' }).getByText('deinterlace').waitFor();
    await page.keyboard.press('a');
    await page.locator('textarea:focus').waitFor();
    await ask(page);
    await page.getByText('Theora does not support interlaced material').waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    expect(await page.getByText('Everybody was glad').count()).toBe(0);
    goOn();
    await page.getByText('Everybody was glad about that').waitFor();
    await page.getByText('no source', { exact: true }).waitFor();
    await page.getByText('Written by openai').waitFor();
    await page.close();
  });

  it('all meetings are asked at once; without a model the best passages are quoted, each with its meeting', async () => {
    model.pieces = () => ['I know that by heart.'];
    const page = await open('/');
    await page.getByRole('link', { name: 'Ask all meetings' }).click();
    await ask(page);
    await page.getByText('named no source for what it wrote').waitFor();
    expect(await inspectPage(page)).toEqual([]);
    await source(page, `${decisionAt} Engineer`).click();
    await page.waitForURL(new RegExp(`/m/${meetingId}\\?line=`));
    await decision(page).waitFor();
    expect(await isInView(page)).toBe(true);
    await page.close();
  });

  it('nothing in them answers what they do not say', async () => {
    const page = await open(`/m/${meetingId}`);
    await tab(page, 'Ask').click();
    await page.getByRole('textbox', { name: 'Question' }).fill('Who won the football championship?');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing in the documents or in what was said answers this.').waitFor();
    expect(await page.getByRole('list', { name: 'Sources' }).count()).toBe(0);
    await page.close();
  });

  it('what is no document is refused by name, and a deleted one answers no more', async () => {
    const page = await open(`/m/${meetingId}`);
    await tab(page, 'Documents').click();
    const damaged = {
      name: 'damaged.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7\nnothing behind it'),
    };
    await page.setInputFiles('input[type=file]', [damaged]);
    const row = page.getByRole('listitem').filter({ hasText: 'damaged.pdf' });
    await expect
      .poll(async () => (await api.listDocuments(meetingId)).documents.at(-1)?.error?.code, { timeout: maxWaitMs })
      .toBe('UNREADABLE');
    const { error } = (await api.listDocuments(meetingId)).documents.at(-1)!;
    await row.getByText(error!.message).waitFor();
    await page.getByRole('button', { name: 'Delete theora-specification.pdf' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Deleted “theora-specification.pdf” (500 passages).').waitFor();
    const { citations } = await api.ask(meetingId, question);
    expect(citations.filter(({ documentId }) => documentId !== undefined)).toEqual([]);
    await page.close();
  });

  it('the pages had nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });
});
