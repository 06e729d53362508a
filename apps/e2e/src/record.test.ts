import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { watchLines } from './support/line-times.ts';
import { createNetwork } from './support/network.ts';
import { newMeeting, recordPage } from './support/record-page.ts';
import { createRig } from './support/rig.ts';
import { align, readSamples } from './support/waveform.ts';
import { expectSteady, expectWhole, maxWordErrorRate, textOf, untilDone } from './support/whole.ts';
import { wordErrorRate } from './support/words.ts';

const leastSeconds = 60;
/** From the server's telling of a line to its standing on the page, in the middle of all lines. */
const maxLineDelayMs = 1000;

// Independent servers and browsers; two at once keep two cores busy without starving the recogniser.
describe.concurrent('a recording through the page', () => {
  it('becomes a transcript and audio that equals what was spoken', async ({ onTestFinished }) => {
    const rig = await createRig({ leastSeconds, onTestFinished });
    const page = await rig.browser.newPage();
    const meeting = await newMeeting(page, rig.server.url);
    const lines = await watchLines(page, rig.server.url, meeting.meetingId);
    onTestFinished(lines.close);
    await meeting.record();
    await sleep(rig.speech.seconds * 1000);
    await meeting.stop();
    await expectWhole(rig, meeting);
    const delaysMs = (await lines.delaysMs()).toSorted((a, b) => a - b);
    console.log(`${delaysMs.length} lines on the page after ${delaysMs.join(', ')} ms`);
    expect(delaysMs[delaysMs.length >> 1]).toBeLessThan(maxLineDelayMs);
    expect(await meeting.status()).toContain('All audio saved');
  });

  it('loses nothing to 20 seconds without a network', async ({ onTestFinished }) => {
    const rig = await createRig({ leastSeconds, onTestFinished });
    const network = await createNetwork(rig.server.port);
    onTestFinished(() => network.close());
    const page = await rig.browser.newPage();
    const meeting = await newMeeting(page, network.url);
    await meeting.record();
    await sleep(15_000);
    network.cut();
    await sleep(10_000);
    // Nothing that was said since the cut can be on the server: the page must not claim it.
    expect(await meeting.status()).not.toContain('All audio saved');
    await sleep(10_000);
    network.mend();
    await sleep(rig.speech.seconds * 1000 - 35_000);
    await meeting.stop();
    await expectWhole(rig, meeting);
  });

  it('loses nothing to a server that is killed and started again', async ({ onTestFinished }) => {
    const rig = await createRig({ leastSeconds, onTestFinished });
    const page = await rig.browser.newPage();
    const meeting = await newMeeting(page, rig.server.url);
    await meeting.record();
    await sleep(20_000);
    await rig.server.kill();
    await sleep(5000);
    await rig.server.start();
    await sleep(rig.speech.seconds * 1000 - 25_000);
    await meeting.stop();
    await expectWhole(rig, meeting);
  });

  it('keeps all that was spooled when the tab crashes, and knows the time in which nobody recorded', async ({
    onTestFinished,
  }) => {
    const rig = await createRig({ leastSeconds, onTestFinished });
    const page = await rig.browser.newPage();
    const { meetingId, record } = await newMeeting(page, rig.server.url);
    await record();
    const recordedMs = 22_000;
    await sleep(recordedMs);
    const crashed = await rig.browser.newCDPSession(page);
    void crashed.send('Page.crash').catch(() => {});
    const crashedAt = Date.now();
    await sleep(5000);

    const next = await rig.browser.newPage();
    await next.goto(`${rig.server.url}/m/${meetingId}`);
    await next.getByRole('button', { name: 'Resume recording' }).click();
    await next.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    const resumedAt = Date.now();
    // The microphone's file starts anew with each opening: the second track holds the whole speech.
    await sleep(rig.speech.seconds * 1000);
    const meeting = recordPage(next, meetingId);
    await meeting.stop();
    await untilDone(rig, meetingId);

    const detail = await rig.meeting(meetingId);
    const [first, second] = detail.tracks.toSorted((a, b) => a.offsetMs - b.offsetMs);
    expect(second!.continues).toBe(first!.id);
    // Whole: what was recorded up to the crash, less the slice that was being made.
    expect(first!.durableMs).toBeGreaterThan(recordedMs - 1000);
    const original = readSamples(rig.speechFile);
    for (const { id } of [first!, second!])
      expectSteady(align(original, readSamples(await rig.audio(meetingId, id)), 3, 3));

    const gaps = detail.ledger.gaps.filter(({ reason }) => reason === 'not-recorded');
    expect(gaps).toHaveLength(1);
    const silentMs = gaps[0]!.endMs - gaps[0]!.startMs;
    expect(Math.abs(silentMs - (resumedAt - crashedAt))).toBeLessThan(500 + maxClickMs);
    const said = (await rig.segments(meetingId)).filter(({ trackId }) => trackId === second!.id);
    expect(wordErrorRate(rig.speech.text, textOf(said))).toBeLessThan(maxWordErrorRate);
  });
});

/** Between the click on "Resume" and the button that says that it records, the page asks for the microphone. */
const maxClickMs = 500;
