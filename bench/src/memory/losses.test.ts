import type { Api } from '@hansard/client';
import type { Segment } from '@hansard/protocol';
import { expect, test } from 'vitest';
import { addLosses, lossesOf } from './losses.ts';

const segment = (id: string, text: string): Segment => ({ id, text }) as Segment;
const transcript = [segment('a', 'Good morning.'), segment('b', 'Good morning, all.'), segment('c', 'We begin.')];

/** A server that has 900 bytes of one track, and the transcript in pages of two lines. */
const server = (meeting: object) =>
  ({
    getMeeting: async () => meeting,
    listSegments: async (_id: string, { since }: { since: number }) => ({
      segments: transcript.slice(since, since + 2),
      cursor: since + 2,
      more: since + 2 < transcript.length,
    }),
  }) as unknown as Api;

const tracks = [
  { kind: 'microphone', durable: 900 },
  { kind: 'captions', durable: 70 },
];

test('nothing is lost where all is there and was seen', async () => {
  const api = server({ tracks, ledger: { gaps: [], durableMs: 5, transcribedMs: 5 }, failedChunks: 0 });
  const held = { api, meetingId: 'm', sentBytes: 900, postedLines: ['We begin.'], seen: [() => transcript] };
  expect(await lossesOf(held)).toEqual({ bytes: 0, lines: 0, unseenLines: 0, gaps: 0, untranscribedMs: 0 });
});

test('each way to lose something is counted, for each who missed it', async () => {
  const api = server({ tracks, ledger: { gaps: [{}], durableMs: 5, transcribedMs: 3 }, failedChunks: 2 });
  const losses = await lossesOf({
    api,
    meetingId: 'm',
    sentBytes: 1000,
    postedLines: ['We begin.', 'We end.'],
    seen: [() => transcript.slice(1), () => transcript.slice(2), () => transcript],
    patienceMs: 0,
  });
  expect(losses).toEqual({ bytes: 100, lines: 1, unseenLines: 3, gaps: 3, untranscribedMs: 2 });
  expect(addLosses([losses, losses])).toEqual({ bytes: 200, lines: 2, unseenLines: 6, gaps: 6, untranscribedMs: 4 });
});
