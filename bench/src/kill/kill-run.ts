import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Meeting, MeetingDetail } from '@hansard/protocol';
import { fakeEngineEnv, hansardProgram } from '../load/hansard-server.ts';
import { createServerProcess, type ServerProcess } from '../load/server-process.ts';
import { cutSpeech, makeSpeech } from '../load/speech.ts';
import { compareAudio, download } from './compare-audio.ts';
import { compareSegments, readSegments } from './compare-segments.ts';
import { createUploadClient, type UploadClient } from './upload-client.ts';

export interface KillOptions {
  /** For the recordings, the server's data and what it plays. */
  dir: string;
  clients: number;
  kills: number;
  /** Of each recording. */
  seconds: number;
  speed: number;
  random: () => number;
}

export interface KillFigures {
  acknowledgedBytes: number;
  reconnects: number;
  lostAcknowledgedBytes: number;
  lostBytes: number;
  doubledBytes: number;
  foreignBytes: number;
  reordered: number;
  segments: number;
  doubledSegments: number;
  uncoveredMs: number;
  failedChunks: number;
}

interface Recording {
  file: string;
  meetingId: string;
  trackId: string;
  client: UploadClient;
}

/** How far apart the recordings' beginnings are in the long one that all are cut from. */
const shiftSeconds = 0.66;
const leastUpMs = 200;
const settleTimeoutMs = 120_000;
const verifyAtOnce = 2;

/** Clients record, each its own speech; the server is killed and started again; in the end all is compared. */
export async function killRun(options: KillOptions): Promise<KillFigures> {
  const engine = await createServerProcess({
    file: join(import.meta.dirname, '../load/fake-engine.ts'),
    env: { ENGINE_TEXT: 'hash' },
  });
  await engine.start();
  const server = await createServerProcess(hansardProgram(join(options.dir, 'data'), fakeEngineEnv(engine.url)));
  try {
    await server.start();
    const recordings = await makeRecordings(options, server.url);
    const giveUp = new AbortController();
    const uploads = Promise.all(recordings.map(({ client }) => client.run(giveUp.signal)));
    uploads.catch(() => {});
    await killAtRandom(server, options);
    const timeout = setTimeout(
      () => giveUp.abort(new Error('Uploads did not end.')),
      settleTimeoutMs + options.seconds * 1000,
    );
    await uploads.finally(() => clearTimeout(timeout));
    console.log(`# all ${recordings.length} recordings are uploaded; comparing`);
    return await compare(options, server.url, recordings);
  } catch (error) {
    console.error(server.output());
    throw error;
  } finally {
    await server.kill();
    await engine.kill();
  }
}

async function makeRecordings(
  { dir, clients, seconds, speed, random }: KillOptions,
  url: string,
): Promise<Recording[]> {
  const whole = makeSpeech(join(dir, 'speech.webm'), seconds + Math.ceil(clients * shiftSeconds));
  const recordings: Recording[] = [];
  for (let index = 0; index < clients; index += 1) {
    const file = join(dir, `recorded-${index}.webm`);
    cutSpeech(whole.file, index * shiftSeconds, seconds, file);
    const meetingId = await createMeeting(url);
    const trackId = randomUUID();
    const bytes = readFileSync(file);
    const bytesPerSecond = bytes.length / seconds;
    const client = createUploadClient({ url, meetingId, trackId, bytes, bytesPerSecond, speed, random });
    recordings.push({ file, meetingId, trackId, client });
  }
  return recordings;
}

/** Counted from the start of the process, so that some kills meet it while it takes up what the last one left. */
async function killAtRandom(server: ServerProcess, { kills, seconds, speed, random }: KillOptions): Promise<void> {
  const meanMs = (seconds / speed / kills) * 1000;
  for (let kill = 1; kill <= kills; kill += 1) {
    const upMs = leastUpMs + random() * 2 * (meanMs - leastUpMs);
    await sleep(upMs);
    await server.kill();
    console.log(`# kill ${kill} of ${kills}, ${Math.round(upMs)} ms after its start`);
    server.spawn();
  }
  await server.untilHealthy();
}

async function compare(
  { dir, seconds }: KillOptions,
  url: string,
  recordings: readonly Recording[],
): Promise<KillFigures> {
  const api = `${url}/api/v1`;
  const total: KillFigures = {
    acknowledgedBytes: 0,
    reconnects: 0,
    lostAcknowledgedBytes: 0,
    lostBytes: 0,
    doubledBytes: 0,
    foreignBytes: 0,
    reordered: 0,
    segments: 0,
    doubledSegments: 0,
    uncoveredMs: 0,
    failedChunks: 0,
  };
  const left = recordings.entries();
  const worker = async () => {
    for (const [index, { file, meetingId, trackId, client }] of left) {
      await fetch(`${api}/meetings/${meetingId}/end`, { method: 'POST' });
      const meeting = await untilTranscribed(api, meetingId);
      const played = join(dir, `played-${index}.ogg`);
      await download(`${api}/meetings/${meetingId}/audio?track=${trackId}`, played);
      const audio = await compareAudio(file, played);
      const lines = compareSegments(await readSegments(api, meetingId), seconds * 1000);
      total.acknowledgedBytes += client.acknowledged;
      total.reconnects += client.reconnects;
      total.lostAcknowledgedBytes += client.lostBytes;
      total.lostBytes += audio.lostBytes;
      total.doubledBytes += audio.doubledBytes;
      total.foreignBytes += audio.foreignBytes;
      total.reordered += audio.reordered;
      total.segments += lines.segments;
      total.doubledSegments += lines.doubled;
      total.uncoveredMs += lines.uncoveredMs;
      total.failedChunks += meeting.failedChunks;
    }
  };
  await Promise.all(Array.from({ length: verifyAtOnce }, worker));
  return total;
}

async function createMeeting(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/meetings`, { method: 'POST', headers, body: '{}' });
  if (!answer.ok) throw new Error(`POST /meetings: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as Meeting).id;
}

async function untilTranscribed(api: string, meetingId: string): Promise<MeetingDetail> {
  const giveUpAt = Date.now() + settleTimeoutMs;
  while (Date.now() < giveUpAt) {
    const meeting = (await (await fetch(`${api}/meetings/${meetingId}`)).json()) as MeetingDetail;
    if (meeting.openChunks === 0) return meeting;
    await sleep(200);
  }
  throw new Error(`Meeting ${meetingId} still has open chunks after ${settleTimeoutMs} ms.`);
}
