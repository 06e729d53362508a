import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RecordPage } from './record-page.ts';
import type { Rig } from './rig.ts';
import { align, readSamples } from './waveform.ts';
import { wordErrorRate } from './words.ts';

export const maxWordErrorRate = 0.15;
/** Tolerance of the length between the first and the last word that were matched. */
const maxDriftMs = 60;
const maxWorkMs = 120_000;

/** All that was spoken into the page is on the server: text on the page, sound to be downloaded, and nothing in between missing. */
export async function expectWhole(rig: Rig, meeting: RecordPage, everySeconds = 3): Promise<void> {
  await untilDone(rig, meeting.meetingId);
  const detail = await rig.meeting(meeting.meetingId);
  expect(detail.tracks).toHaveLength(1);
  const [track] = detail.tracks;
  expect(track).toMatchObject({ state: 'closed', durable: track!.length });
  expect(detail.ledger.gaps).toEqual([]);

  const segments = await rig.segments(meeting.meetingId);
  expect(new Set(segments.map(({ id }) => id)).size).toBe(segments.length);
  const heard = textOf(segments);
  const errors = wordErrorRate(rig.speech.text, heard);
  console.log(`${(errors * 100).toFixed(1)} % word errors`);
  expect(errors).toBeLessThanOrEqual(maxWordErrorRate);
  for (const { text } of segments.slice(-3)) expect(await meeting.text()).toContain(text);

  const copy = readSamples(await rig.audio(meeting.meetingId, track!.id));
  expectSteady(align(readSamples(rig.speechFile), copy, everySeconds, 3));
}

/** Every window of the speech is there, all at the same distance: nothing lost, nothing added, no jump. */
export function expectSteady(alignments: ReturnType<typeof align>): void {
  const matched = alignments.filter(({ likeness }) => likeness > 0.6);
  expect(matched.length).toBeGreaterThan(4);
  const shifts = matched.map(({ shiftMs }) => shiftMs);
  expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThanOrEqual(maxDriftMs);
}

/** Until every piece is text and every recorder has closed its track. */
export async function untilDone(rig: Rig, meetingId: string): Promise<void> {
  const startedAt = Date.now();
  for (;;) {
    const { openChunks, failedChunks, tracks } = await rig.meeting(meetingId);
    const open = tracks.filter(({ state }) => state === 'open').length;
    if (openChunks === 0 && open === 0) return;
    if (Date.now() - startedAt > maxWorkMs) {
      throw new Error(`${open} tracks and ${openChunks} chunks are still open, ${failedChunks} failed.`);
    }
    await sleep(500);
  }
}

export function textOf(segments: { text: string }[]): string {
  return segments.map(({ text }) => text).join(' ');
}
