// @vitest-environment node
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDetail, makeMeeting, makeSegments } from '../../../test-server/fixtures.ts';
import {
  documentsInAllStates,
  makeDocument,
  quotedReply,
  refusal,
  writtenReply,
} from '../../../test-server/knowledge-fixtures.ts';
import { makeKnowledge } from '../../../test-server/knowledge-routes.ts';
import { openApp, type OpenedApp } from '../../../test-server/open-app.ts';

let app: OpenedApp;
beforeAll(async () => {
  app = await openApp();
}, 60_000);
afterAll(() => app.close());
beforeEach(() => {
  Object.assign(app.world, {
    failWith: null,
    knowledge: makeKnowledge(),
    meetings: [makeDetail(makeMeeting(2))],
    segments: new Map([['m2', makeSegments('m2', 1000)]]),
  });
});

const field = (page: Page) => page.getByRole('textbox', { name: 'Question' });
const documents = (page: Page) => page.getByRole('list', { name: 'Documents of this meeting' }).getByRole('listitem');

async function openPart(name: 'Documents' | 'Ask', options?: Parameters<OpenedApp['visit']>[1]): Promise<Page> {
  const page = await app.visit('/m/m2', options);
  await page.getByRole('tab', { name }).click();
  return page;
}

async function askFor(page: Page, question: string): Promise<void> {
  await field(page).fill(question);
  await field(page).press('Enter');
}

async function objections(page: Page): Promise<unknown[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found: unknown[] = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  return tooWide > 0 ? [...found, `${tooWide} px too wide`] : found;
}

describe.each([
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 1280 },
] as const)('axe objects to nothing, in the $colorScheme theme, $width px wide:', ({ colorScheme, width }) => {
  const options = { colorScheme, viewport: { width, height: 800 } };

  it('no documents, and documents in all states', { timeout: 60_000 }, async () => {
    const page = await openPart('Documents', options);
    await page.getByText('Drop files anywhere on this page').waitFor();
    expect(await objections(page)).toEqual([]);
    for (const document of documentsInAllStates) app.io.emit('document', document);
    await page.getByText('Being read: page 4 of 31').waitFor();
    await page.getByText('Being made ready: passage 96 of 143').waitFor();
    await page.getByText('The file is encrypted.').waitFor();
    expect(await documents(page).count()).toBe(documentsInAllStates.length);
    expect(await objections(page)).toEqual([]);
    await page.context().close();
  });

  it('no question, answers of all kinds, and a page', { timeout: 60_000 }, async () => {
    app.world.knowledge.documents = [makeDocument(1)];
    const page = await openPart('Ask', options);
    await page.getByRole('button', { name: 'What was decided?' }).waitFor();
    expect(await objections(page)).toEqual([]);
    for (const [index, reply] of [writtenReply, quotedReply, refusal, 'BUSY' as const].entries()) {
      app.world.knowledge.reply = reply;
      await askFor(page, `Question ${index}`);
      await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    }
    await page.getByText('no source').waitFor();
    await page.getByText('No language model is configured').waitFor();
    await page.getByText('Nothing in the documents').waitFor();
    await page.getByText('The server is busy.').waitFor();
    expect(await objections(page)).toEqual([]);
    await page.getByRole('button', { name: 'Source 1: spec-1.pdf p. 4' }).first().click();
    await page.getByRole('link', { name: 'Open page 4' }).waitFor();
    expect(await objections(page)).toEqual([]);
    await page.context().close();
  });

  it('the page that asks all meetings', { timeout: 60_000 }, async () => {
    const page = await app.visit('/', options);
    await page.getByRole('link', { name: 'Ask all meetings' }).click();
    await askFor(page, 'What about the export?');
    await page.getByText('Weekly stand-up 2').first().waitFor();
    expect(await objections(page)).toEqual([]);
    await page.context().close();
  });
});

describe('documents', { timeout: 30_000 }, () => {
  const files = (...names: string[]) =>
    names.map((name) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') }));

  it('are sent, shown and followed for every viewer', async () => {
    const page = await openPart('Documents');
    await page.setInputFiles('input[type=file]', files('one.pdf', 'two.pdf'));
    await documents(page).filter({ hasText: 'two.pdf' }).getByText('Waits for its turn').waitFor();
    expect(app.world.knowledge.sent.toSorted()).toEqual(['one.pdf', 'two.pdf']);
    app.io.emit('document', { ...app.world.knowledge.documents[0], state: 'ready', passages: 3 });
    await documents(page).getByText('3 passages').waitFor();
    app.io.emit('document:deleted', { meetingId: 'm2', documentId: app.world.knowledge.documents[0]!.id });
    await documents(page).getByText('3 passages').waitFor({ state: 'detached' });
    expect(await documents(page).count()).toBe(1);
    await page.context().close();
  });

  it('say for each file why it was not taken, and are sent again', async () => {
    app.world.knowledge.refuseUploads = 'STORAGE_FULL';
    const page = await openPart('Documents');
    await page.setInputFiles('input[type=file]', [
      ...files('one.pdf'),
      { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    ]);
    await documents(page).filter({ hasText: 'nothing.txt' }).getByText('The file is empty.').waitFor();
    await documents(page).filter({ hasText: 'one.pdf' }).getByText('The server’s disk is full.').waitFor();
    app.world.knowledge.refuseUploads = null;
    await page.getByRole('button', { name: 'Send one.pdf again' }).click();
    await documents(page).filter({ hasText: 'one.pdf' }).getByText('Waits for its turn').waitFor();
    await page.getByRole('button', { name: 'Take nothing.txt off the list' }).click();
    await expect.poll(() => documents(page).count()).toBe(1);
    await page.context().close();
  });

  it('are cancelled while they are read, and deleted after a question', async () => {
    app.world.knowledge.documents = [makeDocument(1, { state: 'parsing' })];
    const page = await openPart('Documents');
    await page.getByRole('button', { name: 'Cancel spec-1.pdf' }).click();
    await page.getByText('Cancelled').waitFor();
    await page.getByRole('button', { name: 'Delete spec-1.pdf' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Drop files anywhere on this page').waitFor();
    expect(app.world.knowledge.documents).toEqual([]);
    await page.context().close();
  });

  it('are taken wherever on the page they are dropped', async () => {
    const page = await app.visit('/m/m2');
    await page.getByText('Good morning').first().waitFor();
    const drag = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['# Plan'], 'plan.md', { type: 'text/markdown' }));
      return transfer;
    });
    const transcript = page.getByRole('region', { name: 'Transcript' });
    await transcript.dispatchEvent('dragenter', { dataTransfer: drag });
    await page.getByText('Drop to add to this meeting').waitFor();
    await transcript.dispatchEvent('drop', { dataTransfer: drag });
    await documents(page).filter({ hasText: 'plan.md' }).waitFor();
    expect(await page.getByText('Drop to add to this meeting').count()).toBe(0);
    expect(await page.getByRole('tab', { name: 'Documents' }).getAttribute('aria-selected')).toBe('true');
    await page.context().close();
  });

  it('say that they could not be loaded, and load again', async () => {
    const page = await app.visit('/m/m2');
    await page.getByText('Good morning').first().waitFor();
    app.world.failWith = 'FORBIDDEN';
    await page.getByRole('tab', { name: 'Documents' }).click();
    await page.getByText('The documents could not be loaded.').waitFor();
    app.world.failWith = null;
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Drop files anywhere on this page').waitFor();
    expect(await page.getByText('The documents could not be loaded.').count()).toBe(0);
    await page.context().close();
  });
});

describe('a question', { timeout: 30_000 }, () => {
  it('is answered piece by piece, by keyboard alone, and can be stopped', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    Object.assign(app.world.knowledge, { held, pieces: ['The release ', 'keeps its date. [2'], reply: writtenReply });
    const page = await app.visit('/m/m2');
    await page.getByText('Good morning').first().waitFor();
    await page.keyboard.press('a');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('Is it');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('late?');
    await page.keyboard.press('Enter');
    await page.getByText('The release keeps its date.', { exact: true }).waitFor();
    expect(app.world.knowledge.questions).toEqual([{ path: '/meetings/m2/ask', question: 'Is it\nlate?' }]);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    release();
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('button', { name: 'Source 2: 48:58 Secretary' }).first().waitFor();
    expect(await page.getByText('Stopped.').count()).toBe(0);
    await page.context().close();
  });

  it.each([
    ['desktop', { width: 1280, height: 800 }],
    ['phone', { width: 360, height: 740 }],
  ])('leads to the spoken line, on a %s', async (_name, viewport) => {
    const page = await openPart('Ask', { viewport });
    await askFor(page, 'What about the export?');
    const sources = page.getByRole('list', { name: 'Sources' });
    await sources.getByRole('button', { name: 'Play from 48:58' }).waitFor();
    await sources.getByRole('button', { name: 'Source 2: 48:58 Secretary' }).click();
    const line = page.locator(':focus');
    await line.filter({ hasText: 'leave the export out' }).waitFor();
    const [region, shown] = [
      await page.getByRole('region', { name: 'Transcript' }).boundingBox(),
      await line.boundingBox(),
    ];
    expect(await line.getAttribute('data-selected')).toBe('true');
    expect(shown!.y).toBeGreaterThanOrEqual(region!.y);
    expect(shown!.y + shown!.height).toBeLessThanOrEqual(region!.y + region!.height);
    await page.context().close();
  });

  it('stays for the visit, and is copied with its sources', async () => {
    const page = await openPart('Ask', { permissions: ['clipboard-read', 'clipboard-write'] });
    app.world.knowledge.reply = writtenReply;
    await askFor(page, 'What about the export?');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Answer copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^The release keeps its date[^]*\n\nSources:\n\[1\] Weekly stand-up 2: spec-1\.pdf p\. 4\n\[2\] [^]*48:58 Secretary\n$/,
    );
    await page.getByRole('link', { name: 'Meetings' }).click();
    await page.getByRole('link', { name: 'Weekly stand-up 2' }).click();
    await page.getByRole('tab', { name: 'Ask' }).click();
    await page.getByRole('heading', { name: 'What about the export?' }).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'What was decided?' }).waitFor();
    expect(await page.getByRole('heading', { name: 'What about the export?' }).count()).toBe(0);
    await page.context().close();
  });

  it('waits while the server is away', async () => {
    const page = await openPart('Ask');
    await field(page).waitFor();
    await page.getByText('Good morning').first().waitFor();
    await page.waitForTimeout(500);
    await page.context().setOffline(true);
    app.io.disconnectSockets(true);
    await page.getByText('You can ask when it is back.').waitFor();
    await field(page).fill('Is anybody there?');
    expect(await page.getByRole('button', { name: 'Ask', exact: true }).isDisabled()).toBe(true);
    await page.context().setOffline(false);
    await page.getByText('You can ask when it is back.').waitFor({ state: 'detached' });
    await field(page).press('Enter');
    await page.getByText('No language model is configured').waitFor();
    await page.context().close();
  });

  it('to all meetings leads to the line in its meeting', async () => {
    const page = await app.visit('/ask');
    await askFor(page, 'What about the export?');
    await page.getByRole('button', { name: 'Source 2: 48:58 Secretary' }).click();
    await page.waitForURL(/\/m\/m2\?line=m2-s500$/);
    await page.locator(':focus').filter({ hasText: 'leave the export out' }).waitFor();
    expect(app.world.knowledge.questions.map(({ path }) => path)).toEqual(['/ask']);
    await page.context().close();
  });
});
