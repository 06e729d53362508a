import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectSocket,
  createApi,
  createMemorySpool,
  createTranscriptStore,
  createUploader,
  type HansardSocket,
  type Uploader,
} from '@hansard/client';
import { createFileSource } from '@hansard/client/node';
import type { Speech } from '../load/speech.ts';

export interface MeetingOptions {
  url: string;
  title: string;
  /** What its recorder sends, as fast as the server takes it; nothing where it is left out. */
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
const audioType = 'audio/webm;codecs=opus';
const pollMs = 200;
const settleTimeoutMs = 300_000;

/** A meeting from its beginning until its minutes are made, by the SDK that people's browsers run: a recorder, captions, a viewer. */
export async function holdMeeting(options: MeetingOptions): Promise<void> {
  const { url, title, speech, lines } = options;
  const api = createApi(url);
  const { id: meetingId } = await api.createMeeting({ title });
  const socket = connectSocket(url);
  const viewer = createTranscriptStore({ socket, meetingId });
  const recorder = speech ? createRecorder(socket, meetingId, speech) : null;
  try {
    await Promise.all([recorder?.saved, postLines(api, meetingId, options)]);
    await seen(viewer, lines.length);
    await api.endMeeting(meetingId);
    await settled(api, meetingId);
  } finally {
    recorder?.uploader.close();
    viewer.close();
    socket.close();
  }
}

function createRecorder(
  socket: HansardSocket,
  meetingId: string,
  { bytes, bytesPerSecond }: Speech,
): { uploader: Uploader; saved: Promise<void> } {
  const uploader = createUploader({ socket, spool: createMemorySpool() });
  const trackId = randomUUID();
  const play = async (): Promise<void> => {
    const source = await createFileSource({ bytes, bytesPerSecond, realTime: false, sliceMs: 1000 });
    const track = {
      trackId,
      meetingId,
      kind: 'microphone' as const,
      mimeType: audioType,
      participant: null,
      startedAtMs: Date.now(),
      continues: null,
    };
    await source.play(uploader, track).done;
    await uploader.whenSaved(trackId);
  };
  return { uploader, saved: play() };
}

async function postLines(
  api: ReturnType<typeof createApi>,
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

/** Until the viewer has so many lines; those from speech come later. */
async function seen(viewer: ReturnType<typeof createTranscriptStore>, count: number): Promise<void> {
  await until('a viewer sees all lines', async () => viewer.getSnapshot().lines.length >= count);
}

async function settled(api: ReturnType<typeof createApi>, meetingId: string): Promise<void> {
  await until('a meeting is transcribed', async () => (await api.getMeeting(meetingId)).openChunks === 0);
  await until('minutes are made', async () => {
    const minutes = await api.getMinutes(meetingId);
    return minutes !== null && minutes.state !== 'running';
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + settleTimeoutMs; Date.now() < giveUpAt; await sleep(pollMs)) {
    if (await isSo()) return;
  }
  throw new Error(`${settleTimeoutMs} ms went by until ${what}.`);
}
