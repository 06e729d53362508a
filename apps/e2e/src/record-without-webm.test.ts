import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { newMeeting } from './support/record-page.ts';
import { createRig } from './support/rig.ts';
import { expectWhole } from './support/whole.ts';

const leastSeconds = 15;
/** Of the sound on the server against the time for which the page recorded. */
const maxLengthErrorMs = 60;

/** As in Safari before 18.4, whose recorder makes MP4 only. */
async function withoutWebm(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const supported = MediaRecorder.isTypeSupported.bind(MediaRecorder);
    MediaRecorder.isTypeSupported = (type) => !type.includes('webm') && supported(type);
  });
}

it('records with the browser’s encoder where its recorder makes no WebM, a busy page included', async ({
  onTestFinished,
}) => {
  const rig = await createRig({ leastSeconds, onTestFinished });
  const page = await rig.browser.newPage();
  await withoutWebm(page);
  const fetched: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/web-codecs')) fetched.push(request.url());
  });
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text());
  });
  const meeting = await newMeeting(page, rig.server.url);
  expect(fetched).toEqual([]);
  await meeting.record();
  await sleep(5_000);
  await page.evaluate(() => {
    const until = performance.now() + 2_000;
    while (performance.now() < until);
  });
  await sleep(rig.speech.seconds * 1000 - 7_000);
  await meeting.stop();

  expect(fetched).toHaveLength(1);
  expect(refused).toEqual([]);
  await expectWhole(rig, meeting, 1);
  const [track] = (await rig.meeting(meeting.meetingId)).tracks;
  expect(Math.abs(track!.durableMs - track!.capturedMs)).toBeLessThan(maxLengthErrorMs);
  expect(await meeting.status()).toContain('All audio saved');
});

it('says what to do where there is no encoder either', async ({ onTestFinished }) => {
  const rig = await createRig({ leastSeconds, onTestFinished });
  const page = await rig.browser.newPage();
  await withoutWebm(page);
  await page.addInitScript(() => Reflect.deleteProperty(window, 'AudioEncoder'));
  await newMeeting(page, rig.server.url);
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  const problem = page.getByRole('alert').filter({ hasText: 'can’t record' });
  await problem.waitFor();
  expect(await problem.innerText()).toContain('Use Safari 18.4 or newer');
});
