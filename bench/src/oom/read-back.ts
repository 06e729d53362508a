import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MeetingDetail } from '@hansard/protocol';
import { compareAudio, download } from '../kill/compare-audio.ts';
import { readSegments } from '../kill/compare-segments.ts';
import type { SpeechFile } from '../load/speech.ts';
import type { LiveMeeting } from './live-meeting.ts';

export interface ReadBack {
  acknowledgedBytes: number;
  lostBytes: number;
  /** Twice there, or not what was recorded, or in another order. */
  wrongBytes: number;
  acceptedLines: number;
  lostLines: number;
  reconnects: number;
}

const settleTimeoutMs = 180_000;
const atOnce = 2;

/** Reads what the server has of meetings that were recorded to their end, and compares it with what it acknowledged. */
export async function readBack(options: {
  url: string;
  dir: string;
  meetings: readonly LiveMeeting[];
  recordings: readonly SpeechFile[];
}): Promise<ReadBack> {
  const { url, dir, meetings, recordings } = options;
  const api = `${url}/api/v1`;
  const total = { acknowledgedBytes: 0, lostBytes: 0, wrongBytes: 0, acceptedLines: 0, lostLines: 0, reconnects: 0 };
  const left = meetings.entries();
  const worker = async () => {
    for (const [index, meeting] of left) {
      const { meetingId, trackId, acceptedLines } = meeting;
      await untilTranscribed(api, meetingId);
      const played = join(dir, `played-${index}.ogg`);
      await download(`${api}/meetings/${meetingId}/audio?track=${trackId}`, played);
      const audio = await compareAudio(recordings[index]!.file, played);
      rmSync(played);
      const texts = new Set((await readSegments(api, meetingId)).map(({ text }) => text));
      total.acknowledgedBytes += meeting.acknowledgedBytes;
      total.lostBytes += meeting.lostBytes + audio.lostBytes;
      total.wrongBytes += audio.doubledBytes + audio.foreignBytes + audio.reordered;
      total.acceptedLines += acceptedLines.length;
      total.lostLines += acceptedLines.filter((text) => !texts.has(text)).length;
      total.reconnects += meeting.reconnects;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return total;
}

async function untilTranscribed(api: string, meetingId: string): Promise<void> {
  for (const giveUpAt = Date.now() + settleTimeoutMs; Date.now() < giveUpAt; await sleep(200)) {
    const meeting = (await (await fetch(`${api}/meetings/${meetingId}`)).json()) as MeetingDetail;
    if (meeting.openChunks === 0) return;
  }
  throw new Error(`Meeting ${meetingId} still has open chunks after ${settleTimeoutMs} ms.`);
}
