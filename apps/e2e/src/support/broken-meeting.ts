import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectSocket, type Api } from '@hansard/client';

/** A speech engine that takes in whatever it is sent, and refuses it. */
export async function startRefusingEngine(): Promise<{ env: Record<string, string>; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"This is not speech.","type":"invalid_request_error"}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = {
    HANSARD_ENGINE: 'openai',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    HANSARD_SPEECH_GATE: 'off',
    HANSARD_MINUTES_ENGINE: 'local',
  };
  return { env, close: () => server.close() };
}

const mimeType = 'audio/webm;codecs=opus';
/** The first recording: so much of it arrived, of so much that was captured; and when the second began. */
const [arrivedBytes, capturedMs, resumedAfterMs] = [2_000, 3_000, 4_500];

interface BrokenMeeting {
  url: string;
  api: Api;
  title: string;
  speechFile: string;
  speechMs: number;
}

/**
 * A meeting of two recordings: the end of the first never came, then nobody recorded, and the engine refused all that
 * there is. Takes the seconds in which nobody recorded.
 */
export async function holdBrokenMeeting({ url, api, title, speechFile, speechMs }: BrokenMeeting): Promise<string> {
  const { id: meetingId } = await api.createMeeting({ title });
  const bytes = webmOf(speechFile);
  const [lost, whole] = [randomUUID(), randomUUID()];
  const socket = connectSocket(url);
  const open = async (trackId: string, startedAtMs: number, continues: string | null) => {
    const opening = { meetingId, trackId, mimeType, startedAtMs, sentAtMs: Date.now(), continues };
    await socket.emitWithAck('track:open', { ...opening, kind: 'microphone', participant: 'Chair' });
  };
  try {
    await open(lost, Date.now(), null);
    await socket.emitWithAck('track:slice', lost, 0, bytes.subarray(0, arrivedBytes), capturedMs);
    await sleep(resumedAfterMs);
    await open(whole, Date.now(), lost);
    await socket.emitWithAck('track:slice', whole, 0, bytes, speechMs);
    await socket.emitWithAck('track:close', { trackId: whole, length: bytes.length, capturedMs: speechMs });
  } finally {
    socket.disconnect();
  }
  await until(async () => (await api.getMeeting(meetingId)).failedChunks > 1);
  return meetingId;
}

function webmOf(speechFile: string): Buffer {
  const args = ['-nostdin', '-v', 'error', '-i', speechFile, '-c:a', 'libopus', '-b:a', '32k', '-f', 'webm', '-'];
  return execFileSync('ffmpeg', args);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error('It did not come about in 20 s.');
}
