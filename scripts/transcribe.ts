import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createApi, createMemorySpool, createUploader } from '@hansard/client';
import { createFileSource } from '@hansard/client/node';
import { exportFormat } from '@hansard/protocol';
import { clockTime, createProgressBar } from './progress-bar.ts';
import { isOnPath } from './system-packages.ts';
import { awaitEngine, useServer } from './use-server.ts';

const usage = `Usage: npm run transcribe -- FILE [--format txt|md|json|vtt|srt|docx] [--output PATH] [--keep]

Writes a transcript of FILE beside it. --keep leaves the meeting in Hansard.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: 'string', default: 'txt' },
    output: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
const format = exportFormat.safeParse(values.format);
if (!file || positionals.length > 1 || !format.success) fail(usage, 2);
if (!existsSync(file)) fail(`There is no file ${file}.`);

const work = mkdtempSync(join(tmpdir(), 'hansard-transcribe-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const recording = await asRecording(file);

const server = await useServer();
const api = createApi(server.url);
const engine = await awaitEngine(() => api.listEngines(), console.error);
if (!engine) {
  const { engines } = await api.listEngines();
  await server.stop();
  const ways = engines.filter(({ task }) => task === 'transcribe').map(({ name, detail }) => `  ${name}: ${detail}`);
  fail(`There is no speech engine. Ways to have one:\n${ways.join('\n')}`);
}
console.error(`${engine.name} listens.${engine.caveat ? ` ${engine.caveat}` : ''}`);

const meeting = await api.createMeeting({ title: basename(file) });
try {
  await upload(recording.bytes, recording.mimeType);
  await api.endMeeting(meeting.id);
  await untilTranscribed();
  const output = values.output ?? `${file.slice(0, file.length - extname(file).length)}.${format.data}`;
  const exported = await fetch(api.exportUrl(meeting.id, format.data));
  if (!exported.ok) fail(`The transcript could not be read: ${await exported.text()}`);
  writeFileSync(output, Buffer.from(await exported.arrayBuffer()));
  console.error(`Written to ${output}`);
} finally {
  if (!values.keep) await api.deleteMeeting(meeting.id);
  await server.stop();
}
process.exit(0);

/** The file as a track that the server takes: as it is where it is Opus already, else by ffmpeg. */
async function asRecording(path: string): Promise<{ bytes: Uint8Array; mimeType: string }> {
  const opus = { '.webm': 'audio/webm;codecs=opus', '.opus': 'audio/ogg;codecs=opus' }[extname(path).toLowerCase()];
  if (!isOnPath('ffmpeg')) {
    if (opus) return { bytes: readFileSync(path), mimeType: opus };
    fail(
      `Without ffmpeg, only .webm and .opus files can be read. Install it (Debian: apt-get install ffmpeg) and try again.`,
    );
  }
  const converted = join(work, 'recording.webm');
  const encoding = ['-vn', '-ac', '1', '-c:a', 'libopus', '-b:a', '32k', '-frame_duration', '60'];
  const ffmpeg = spawn(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', path, ...encoding, '-live', '1', '-f', 'webm', converted],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  ffmpeg.stderr.on('data', (text) => (complaint = `${complaint}${String(text)}`.slice(-2000)));
  const [code] = (await once(ffmpeg, 'exit')) as [number | null];
  if (code !== 0) fail(`ffmpeg can't read ${path}:\n${complaint.trim()}`);
  return { bytes: readFileSync(converted), mimeType: 'audio/webm;codecs=opus' };
}

async function upload(bytes: Uint8Array, mimeType: string): Promise<void> {
  const uploader = createUploader({
    url: server.url,
    spool: createMemorySpool({ maxBytes: bytes.length * 2 + 1024 * 1024 }),
  });
  const trackId = randomUUID();
  const track = {
    trackId,
    meetingId: meeting.id,
    kind: 'microphone',
    mimeType,
    participant: null,
    startedAtMs: Date.now(),
    continues: null,
  } as const;
  const source = await createFileSource({ bytes, realTime: false, sliceMs: 5000 });
  await source.play(uploader, track).done;
  await uploader.whenSaved(trackId);
  uploader.close();
}

async function untilTranscribed(): Promise<void> {
  const bar = createProgressBar('Transcribing');
  for (;;) {
    const { openChunks, failedChunks, ledger } = await api.getMeeting(meeting.id);
    if (openChunks === 0) {
      bar.done(
        failedChunks === 0
          ? clockTime(ledger.durableMs)
          : `${failedChunks} pieces failed; they are marked in the text.`,
      );
      return;
    }
    bar.show(
      ledger.transcribedMs / Math.max(1, ledger.durableMs),
      `${clockTime(ledger.transcribedMs)} of ${clockTime(ledger.durableMs)}`,
    );
    await sleep(300);
  }
}

function fail(message: string, code = 1): never {
  console.error(message);
  process.exit(code);
}
