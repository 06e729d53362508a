import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostileFiles } from '@hansard/server/parsing/hostile-files';
import type { MeetingDocument } from '@hansard/protocol';
import { hansardProgram } from '../load/hansard-server.ts';
import { readProcess } from '../load/process-stats.ts';
import { createServerProcess } from '../load/server-process.ts';
import { connectWire } from '../load/wire-socket.ts';
import type { Speech } from '../load/speech.ts';

export interface HostileRun {
  files: number;
  /** Of them, those that ended as they should: with the code that belongs to them, or read. */
  asExpected: number;
  rssBeforeMb: number;
  mostRssMb: number;
  /** After each round of all the files: the first also loads what reads and stores them. */
  rssAfterMb: number[];
  healthMs: number[];
  quietHealthMs: number[];
  sliceMs: number[];
  quietSliceMs: number[];
  failedAnswers: number;
  lostBytes: number;
  unexpected: string[];
}

const probeEveryMs = 50;
const sliceEveryMs = 250;
const quietMs = 10_000;
const ended = new Set<MeetingDocument['state']>(['ready', 'failed', 'cancelled']);
const maxMeetingDocuments = 40;
const rounds = 2;

/** Posts every hostile file to a real server while a meeting is recorded on it and `/health` is asked. */
export async function postHostileFiles(dataDir: string, speech: Speech): Promise<HostileRun> {
  const server = await createServerProcess(hansardProgram(dataDir, { HANSARD_SPEECH_GATE: 'off' }));
  await server.start();
  const stop = new AbortController();
  const run: HostileRun = {
    ...{ files: 0, asExpected: 0, rssBeforeMb: 0, mostRssMb: 0, failedAnswers: 0, lostBytes: 0 },
    ...{ rssAfterMb: [], healthMs: [], quietHealthMs: [], sliceMs: [], quietSliceMs: [], unexpected: [] },
  };
  let isQuiet = true;
  const api = `${server.url}/api/v1`;
  const rssMb = () => readProcess(server.pid).rssBytes / 1e6;

  async function probe() {
    while (!stop.signal.aborted) {
      const at = performance.now();
      const answer = await fetch(`${server.url}/health`).catch(() => null);
      await answer?.body?.cancel();
      if (!answer?.ok) run.failedAnswers += 1;
      (isQuiet ? run.quietHealthMs : run.healthMs).push(performance.now() - at);
      run.mostRssMb = Math.max(run.mostRssMb, rssMb());
      await sleep(probeEveryMs);
    }
  }

  async function record() {
    const meetingId = await createMeeting(api);
    const socket = await connectWire(server.url);
    await socket.call('meeting:join', { meetingId, since: 0 });
    const trackId = randomUUID();
    const open = {
      meetingId,
      trackId,
      kind: 'microphone',
      mimeType: 'audio/webm;codecs=opus',
      startedAtMs: Date.now(),
    };
    await socket.call('track:open', open);
    const startedAt = performance.now();
    let offset = 0;
    while (!stop.signal.aborted) {
      const recorded = Math.round(((performance.now() - startedAt) / 1000) * speech.bytesPerSecond);
      const slice = speech.bytes.subarray(offset, Math.min(recorded, speech.bytes.length, offset + 65_536));
      if (slice.length > 0) {
        const at = performance.now();
        const reply = (await socket.call('track:slice', trackId, offset, slice, null)) as { durable?: number };
        (isQuiet ? run.quietSliceMs : run.sliceMs).push(performance.now() - at);
        if (reply.durable === undefined) run.failedAnswers += 1;
        else offset = reply.durable;
      }
      await sleep(sliceEveryMs);
    }
    const there = (await socket.call('track:open', open)) as { durable: number };
    run.lostBytes = Math.max(0, offset - there.durable);
    socket.close();
  }

  async function post(files: typeof hostileFiles) {
    const meetingId = await createMeeting(api);
    for (const { name, make, refusedAs } of files) {
      const code = await endOf(`${api}/meetings/${meetingId}/documents`, name, make());
      run.files += 1;
      if (code === refusedAs) run.asExpected += 1;
      else run.unexpected.push(`${name}: ${code ?? 'read'}`);
    }
  }

  const others = [probe(), record()];
  try {
    await sleep(quietMs);
    run.rssBeforeMb = rssMb();
    for (let round = 0; round < rounds; round += 1) {
      isQuiet = false;
      for (let from = 0; from < hostileFiles.length; from += maxMeetingDocuments) {
        await post(hostileFiles.slice(from, from + maxMeetingDocuments));
      }
      isQuiet = true;
      await sleep(quietMs);
      run.rssAfterMb.push(rssMb());
    }
  } finally {
    stop.abort();
    await Promise.all(others);
    await server.kill();
  }
  return run;
}

/** The code with which a file is refused, on arrival or when it is read; null where it is read. */
async function endOf(url: string, name: string, bytes: Buffer): Promise<string | null> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)]), name);
  const answer = await fetch(url, { method: 'POST', body: form });
  const body = (await answer.json()) as { id?: string; error?: { code: string } };
  if (body.id === undefined) return body.error?.code ?? `status ${answer.status}`;
  for (;;) {
    const { documents } = (await (await fetch(url)).json()) as { documents: MeetingDocument[] };
    const document = documents.find(({ id }) => id === body.id);
    if (!document) return 'gone';
    if (ended.has(document.state)) return document.error?.code ?? null;
    await sleep(200);
  }
}

async function createMeeting(api: string): Promise<string> {
  const answer = await fetch(`${api}/meetings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const { id } = (await answer.json()) as { id?: string };
  if (id === undefined) throw new Error(`POST /meetings: ${answer.status}`);
  return id;
}
