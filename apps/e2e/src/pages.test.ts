import { readFile } from 'node:fs/promises';
import type { Caption } from '@hansard/protocol';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { conversation, holdMeeting } from './support/conversation.ts';
import { inspectPage, phone, readTranscript } from './support/inspect-page.ts';
import { createPagesRig, longMeetingLines, type PagesRig } from './support/pages-rig.ts';

let rig: PagesRig;
beforeAll(async () => {
  rig = await createPagesRig();
});
afterAll(() => rig?.close());
afterEach(async () => {
  await Promise.all(rig.browser.pages().map((page) => page.close()));
  const complaints = rig.complaints();
  if (complaints.length > 0) throw new Error(`The pages complained:\n${complaints.join('\n')}`);
});

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });

/** A line of the transcript, as it is shown. */
const line = (page: Page, text: string) =>
  page.getByRole('region', { name: 'Transcript' }).getByRole('listitem').filter({ hasText: text });

async function openMenuItem(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('group', { name: 'More' }).getByText(name, { exact: true }).click();
}

describe('nothing is objected to, in both themes, on a desktop and on a phone:', () => {
  it('the first visit', async () => {
    const page = await rig.open('/', rig.empty);
    await page.getByRole('button', { name: 'New meeting' }).waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('the list, and a search with hits', async () => {
    const page = await rig.open('/');
    await page.getByRole('link', { name: 'Quarterly review' }).waitFor();
    expect(await inspectPage(page)).toEqual([]);
    await page.getByRole('searchbox').fill('cable');
    await page
      .getByRole('link', { name: /broken cable/ })
      .first()
      .waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('the question before a deletion', async () => {
    const page = await rig.open('/');
    await page.getByRole('button', { name: 'Delete “Weekly round”' }).click();
    await dialog(page, 'Delete this meeting?').waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('a meeting that is recorded', async () => {
    const page = await rig.open(`/m/${rig.meetings.live}`);
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByText('All audio saved').waitFor();
    expect(await inspectPage(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
  });

  it('a long meeting with minutes', async () => {
    const page = await rig.open(`/m/${rig.meetings.long}`);
    await page.getByRole('heading', { name: 'Action items' }).waitFor();
    await line(page, 'Point 1:').waitFor();
    expect(await inspectPage(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Minutes' }).click();
    await page.getByRole('heading', { name: 'Action items' }).waitFor();
    expect(await inspectPage(page, [phone])).toEqual([]);
  });

  it('a meeting with gaps and failed pieces, and its details', async () => {
    const page = await rig.open(`/m/${rig.meetings.broken}`);
    await page
      .getByText(/have not arrived yet/)
      .first()
      .waitFor();
    await page
      .getByText(/were not recorded/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Retry all' }).waitFor();
    expect(await inspectPage(page)).toEqual([]);
    await openMenuItem(page, 'Details…');
    await dialog(page, 'Details').getByText('goes on from an earlier one').waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('the shortcuts', async () => {
    const page = await rig.open(`/m/${rig.meetings.live}`);
    await openMenuItem(page, 'Keyboard shortcuts');
    await dialog(page, 'Keyboard shortcuts').waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('Operations', async () => {
    const page = await rig.open('/operations');
    await page.getByRole('heading', { name: 'What holds memory' }).waitFor();
    await page.getByRole('group', { name: /^Graph of each signal/ }).waitFor();
    await page.getByText('As a table').click();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('Settings', async () => {
    const page = await rig.open('/settings');
    await page.getByText('In use').first().waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });

  it('an address without a page', async () => {
    const page = await rig.open('/nowhere');
    await page.getByText('Nothing here').waitFor();
    expect(await inspectPage(page)).toEqual([]);
  });
});

describe('the keyboard', () => {
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

  it('reaches a new meeting from the start of the page, and finds a line by `/`', async () => {
    const page = await rig.open('/');
    await page.getByRole('link', { name: 'Quarterly review' }).waitFor();
    const reached: unknown[] = [];
    for (let tabs = 0; tabs < 6; tabs += 1) {
      await page.keyboard.press('Tab');
      reached.push(await focused(page));
    }
    expect(reached).toEqual(['Skip to the content', 'Hansard', 'Meetings', 'Operations', 'Settings', 'New meeting']);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/m\//);
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor();
    await page.goBack();

    await page.getByRole('link', { name: 'Quarterly review' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('777');
    await page.getByRole('link', { name: /Point 777/ }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?line=/);
    await line(page, 'Point 777').waitFor();
    await expect.poll(() => focused(page)).toContain('Point 777');
    const [region, shown] = [
      await page.getByRole('region', { name: 'Transcript' }).boundingBox(),
      await line(page, 'Point 777').boundingBox(),
    ];
    expect(shown!.y).toBeGreaterThanOrEqual(region!.y);
    expect(shown!.y + shown!.height).toBeLessThanOrEqual(region!.y + region!.height);
  });

  it('goes through lines, finds in them and shows what it can do', async () => {
    const page = await rig.open(`/m/${rig.meetings.long}`);
    await line(page, 'Point 1:').waitFor();
    await page.keyboard.press('?');
    await dialog(page, 'Keyboard shortcuts').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page, 'Keyboard shortcuts').waitFor({ state: 'detached' });
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    await expect.poll(() => focused(page)).toContain('Point 2:');
    await page.keyboard.press('e');
    expect(await page.getByRole('textbox', { name: /Corrected text/ }).inputValue()).toContain('Point 2:');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('point 500:');
    await page.getByText('1 line', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1').waitFor();
    await line(page, 'Point 500:').waitFor();
  });

  it('corrects a line, which another viewer sees within a second', async () => {
    const address = `/m/${await holdMeeting(rig.api, 'Two readers', conversation(5))}`;
    const [page, other] = [await rig.open(address), await rig.open(address)];
    for (const each of [page, other]) await line(each, 'Point 5:').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('The chair opened the meeting.');
    await page.keyboard.press('Enter');
    await page.getByText('Line corrected.').waitFor();
    await expect.poll(() => line(other, 'The chair opened the meeting.').count(), { timeout: 1000 }).toBe(1);
  });
});

it('every export and the audio download', async () => {
  const expected: [string, RegExp, RegExp][] = [
    ['Markdown', /\.md$/, /^# Quarterly review[^]*Point 1000:/],
    ['Plain text', /\.txt$/, /Point 1:[^]*Point 1000:/],
    ['Word (DOCX)', /\.docx$/, /^PK/],
    ['JSON', /\.json$/, /^\{[^]*Point 1000:[^]*\}\s*$/],
    ['Captions (WebVTT)', /\.vtt$/, /^WEBVTT[^]*Point 1000:/],
    ['Subtitles (SRT)', /\.srt$/, /^1\r?\n00:00:00,000 --> [^]*Point 1000:/],
  ];
  const long = await rig.open(`/m/${rig.meetings.long}`);
  await line(long, 'Point 1:').waitFor();
  for (const [name, file, content] of expected)
    expect(await download(long, name)).toEqual([file, content].map(matching));
  const broken = await rig.open(`/m/${rig.meetings.broken}`);
  expect(await download(broken, 'Audio 2: Microphone')).toEqual([/\.ogg$/, /^OggS/].map(matching));
});

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** What a menu's link brings: the file's name and its content, byte by byte. */
async function download(page: Page, name: string): Promise<string[]> {
  const downloading = page.waitForEvent('download');
  await openMenuItem(page, name);
  const file = await downloading;
  return [file.suggestedFilename(), await readFile(await file.path(), 'latin1')];
}

it('a viewer who joins late sees exactly the lines, once and in order', async () => {
  const lines = conversation(120);
  const before = lines.slice(0, 60);
  const id = await holdMeeting(rig.api, 'Late guest', before);
  const speak = (...segments: Caption[]) => rig.api.postCaptions(id, { source: 'conversation', segments });
  const opening = rig.open(`/m/${id}`);
  // While the page joins, lines come: first unfinished, the later of two before the earlier, and one a second time.
  for (let at = before.length; at < lines.length; at += 2) {
    const [earlier, later] = [lines[at]!, lines[at + 1]!];
    await speak({ ...later, text: later.text.slice(0, 9), final: false });
    await speak(earlier);
    await speak(later, earlier);
  }
  const expected = lines.map(({ text }, index) => [index + 1, text]);
  const page = await opening;
  await expect.poll(() => readTranscript(page), { timeout: 10_000 }).toEqual(expected);
  await page.reload();
  await expect.poll(() => readTranscript(page), { timeout: 10_000 }).toEqual(expected);
});

it('a meeting of 1 000 lines is on the page whole', async () => {
  const page = await rig.open(`/m/${rig.meetings.long}`);
  const expected = conversation(longMeetingLines).map(({ text }, index) => [index + 1, text]);
  await expect.poll(() => readTranscript(page), { timeout: 30_000 }).toEqual(expected);
});
