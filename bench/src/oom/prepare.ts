import { readFileSync } from 'node:fs';
import type { Meeting } from '@hansard/protocol';
import { createVocabulary } from '../list/vocabulary.ts';
import { seededRandom } from '../kill/random.ts';
import { cutSpeech, type SpeechFile } from '../load/speech.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { createLiveMeeting } from './live-meeting.ts';
import { createTally } from './tally.ts';

export interface History {
  /** Meetings with long transcripts; the first of them with audio. */
  meetingIds: readonly string[];
  withAudio: readonly string[];
  words: readonly string[];
}

export interface HistoryOptions {
  url: string;
  http: HttpClient;
  dir: string;
  speech: SpeechFile;
  meetings: number;
  linesPerMeeting: number;
  meetingsWithAudio: number;
}

export const linesPerPost = 500;
const wordsPerLine = 60;
const audioSeconds = 300;

/** Meetings of the past, over the wire as all else: long transcripts, and some recordings. */
export async function prepareHistory(options: HistoryOptions): Promise<History> {
  const { url, http, dir, speech, meetings, linesPerMeeting, meetingsWithAudio } = options;
  const { words, sentence } = createVocabulary(seededRandom(1));
  const meetingIds: string[] = [];
  const withAudio: string[] = [];
  for (let index = 0; index < meetings; index += 1) {
    const id = await makeMeeting(http, `Board meeting ${index}: ${sentence(4)}`);
    for (let from = 0; from < linesPerMeeting; from += linesPerPost) {
      await expectServed(
        http,
        `/api/v1/meetings/${id}/segments`,
        transcriptPost(from, linesPerPost, () => sentence(wordsPerLine)),
      );
    }
    await expectServed(http, `/api/v1/meetings/${id}/end`);
    meetingIds.push(id);
  }
  const file = `${dir}/history.webm`;
  cutSpeech(speech.file, 0, audioSeconds, file);
  const bytes = readFileSync(file);
  const tally = createTally(60_000);
  for (let index = 0; index < meetingsWithAudio; index += 1) {
    const recorder = createHttpClient(url, { maxSockets: 1, timeoutMs: 60_000 });
    const meeting = createLiveMeeting({
      url,
      http: recorder,
      tally,
      index,
      bytes,
      bytesPerSecond: bytes.length / audioSeconds,
    });
    await meeting.begin();
    await meeting.finish();
    meeting.close();
    withAudio.push(meeting.meetingId);
  }
  return { meetingIds, withAudio, words };
}

/** The body of a post of `count` lines from line `from` on. */
export function transcriptPost(from: number, count: number, sentence: () => string): string {
  const segments = Array.from({ length: count }, (_, line) => ({
    externalId: `line-${from + line}`,
    speaker: `Speaker ${(from + line) % 6}`,
    startMs: (from + line) * 8000,
    endMs: (from + line) * 8000 + 7000,
    text: sentence(),
  }));
  return JSON.stringify({ source: 'import', segments });
}

export async function makeMeeting(http: HttpClient, title: string): Promise<string> {
  return (JSON.parse(await expectServed(http, '/api/v1/meetings', JSON.stringify({ title }))) as Meeting).id;
}

export async function expectServed(http: HttpClient, path: string, body?: string): Promise<string> {
  const { outcome, status, text } = await http.ask({ method: 'POST', path, body, keepText: true });
  if (outcome !== 'served') throw new Error(`POST ${path}: ${status} ${text}`);
  return text;
}
