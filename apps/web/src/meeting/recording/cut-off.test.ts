import { describe, expect, it } from 'vitest';
import type { SpooledTrack, TrackProgress } from '@hansard/client';
import { cutOff } from './cut-off.ts';

const track = (trackId: string, change: Partial<SpooledTrack> = {}): SpooledTrack => ({
  trackId,
  meetingId: 'm',
  kind: 'microphone',
  mimeType: 'audio/webm',
  participant: null,
  startedAtMs: 1000,
  continues: null,
  length: null,
  capturedMs: 20_000,
  start: 0,
  startMs: 0,
  end: 80_000,
  updatedAt: 2000,
  ...change,
});
const progress: TrackProgress = {
  trackId: 'a',
  meetingId: 'm',
  phase: { kind: 'sending' },
  end: 80_000,
  capturedMs: 20_000,
  durable: 32_000,
  durableMs: 8_000,
};
const uploads = (leftovers: SpooledTrack[], told: TrackProgress | null = progress) =>
  ({ leftovers, uploader: { progress: () => told } }) as unknown as Parameters<typeof cutOff>[1];
const live = { id: 'm', state: 'live' } as const;

describe('cutOff', () => {
  it('goes on from the last track, and says what is not on the server yet', () => {
    const found = cutOff(live, uploads([track('a'), track('b', { startedAtMs: 5000 })]), false);
    expect(found).toEqual({ source: 'microphone', continues: 'b', trackIds: ['b', 'a'], leftMs: 12_000 });
  });
  it('resumes both sources where both were recorded', () => {
    expect(cutOff(live, uploads([track('a'), track('b', { kind: 'tab' })]), false)?.source).toBe('both');
  });
  it('has nothing left once the upload is done', () => {
    expect(cutOff(live, uploads([track('a')], null), false)?.leftMs).toBe(0);
  });
  it.each([
    ['the meeting is over', { id: 'm', state: 'done' } as const, [track('a')], false],
    ['it was stopped properly', live, [track('a', { length: 80_000 })], false],
    ['it belongs to another meeting', live, [track('a', { meetingId: 'other' })], false],
    ['this visit records already', live, [track('a')], true],
  ])('is none where %s', (_why, meeting, left, here) => expect(cutOff(meeting, uploads(left), here)).toBeNull());
});
