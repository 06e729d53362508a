import { setTimeout as sleep } from 'node:timers/promises';
import { createApi, type Api } from '@hansard/client';
import type { Speech } from '../load/speech.ts';
import { comeIn, type Person } from './person.ts';
import { lossesOf, type Losses } from './losses.ts';

export interface MeetingOptions {
  url: string;
  title: string;
  /** Who is there, each with a browser that shows the transcript; four at the most. */
  people: number;
  /** What each of the first so many records, sent as fast as the server takes it. */
  recorders: number;
  speech?: Speech;
  /** What its people say by captions; they take turns. */
  lines: readonly string[];
  /** Lines of one post. */
  linesPerPost: number;
  /** Between posts, by the clock of the meeting and by that of the wall. */
  msPerLine: number;
  pauseMs: number;
}

const speakers = ['Ada', 'Ben', 'Cleo', 'Dan'];
const exportFormats = ['md', 'vtt', 'json', 'txt'] as const;
const pollMs = 200;
const settleTimeoutMs = 300_000;

/**
 * A meeting from its beginning until its minutes are made and all have read them, by the SDK that people's browsers run. Says
 * what of it was lost.
 */
export async function holdMeeting(options: MeetingOptions): Promise<Losses> {
  const { url, title, people, recorders, speech, lines } = options;
  const api = createApi(url);
  const { id: meetingId } = await api.createMeeting({ title });
  const present: Person[] = Array.from({ length: people }, () => comeIn(url, meetingId));
  try {
    const recordings = speech ? present.slice(0, recorders).map((person) => person.record(speech)) : [];
    await Promise.all([...recordings, postLines(api, meetingId, options)]);
    await until('all see all lines', async () => present.every(({ lines: seen }) => seen().length >= lines.length));
    await api.endMeeting(meetingId);
    await settled(api, meetingId);
    await Promise.all(present.map((_, index) => readOver(api, meetingId, index)));
    return await lossesOf({
      api,
      meetingId,
      sentBytes: recordings.length * (speech?.bytes.length ?? 0),
      postedLines: lines,
      seen: present.map(({ lines: seen }) => seen),
    });
  } finally {
    for (const person of present) person.leave();
  }
}

async function postLines(
  api: Api,
  meetingId: string,
  { lines, linesPerPost, msPerLine, pauseMs }: MeetingOptions,
): Promise<void> {
  for (let from = 0; from < lines.length; from += linesPerPost) {
    const segments = lines.slice(from, from + linesPerPost).map((text, at) => {
      const startMs = (from + at) * msPerLine;
      return {
        externalId: `line-${from + at}`,
        speaker: speakers[(from + at) % speakers.length]!,
        startMs,
        endMs: startMs + msPerLine,
        text,
      };
    });
    await api.postCaptions(meetingId, { source: 'captions', segments });
    await sleep(pauseMs);
  }
}

async function settled(api: Api, meetingId: string): Promise<void> {
  await until('a meeting is transcribed', async () => (await api.getMeeting(meetingId)).openChunks === 0);
  await until('minutes are made', async () => {
    const minutes = await api.getMinutes(meetingId);
    return minutes !== null && minutes.state !== 'running';
  });
}

/** What a page asks for when a meeting is over: itself, its minutes, the list, a search, a file, the start of a recording. */
async function readOver(api: Api, meetingId: string, reader: number): Promise<void> {
  const { title, tracks } = await api.getMeeting(meetingId);
  await Promise.all([
    api.getMinutes(meetingId),
    api.listMeetings({ limit: 20 }),
    api.listMeetings({ q: title, limit: 5 }),
    download(api.exportUrl(meetingId, exportFormats[reader % exportFormats.length]!)),
  ]);
  const recorded = tracks.filter(({ kind }) => kind !== 'captions');
  const track = recorded[reader % recorded.length];
  if (track) await download(api.audioUrl(meetingId, track.id), { range: 'bytes=0-65535' });
}

async function download(url: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + settleTimeoutMs; Date.now() < giveUpAt; await sleep(pollMs)) {
    if (await isSo()) return;
  }
  throw new Error(`${settleTimeoutMs} ms went by until ${what}.`);
}
