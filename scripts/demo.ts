import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createApi, createMemorySpool, createUploader, type Api } from '@hansard/client';
import { createFileSource } from '@hansard/client/node';
import { clockTime, createProgressBar } from './progress-bar.ts';
import { awaitEngine, useServer } from './use-server.ts';

interface DemoMeeting {
  title: string;
  kind: string;
  lengthMs: number;
  tracks: { speaker: string; file: string }[];
  lines: { speaker: string; text: string; startMs: number; endMs: number }[];
}

const { values } = parseArgs({
  options: {
    /** As fast as it goes, without a browser, and ends by itself. */
    fast: { type: 'boolean', default: false },
    /** The text as captions, though there is an engine. */
    captions: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
  },
});
const folder = join(import.meta.dirname, 'demo');
const demo = JSON.parse(readFileSync(join(folder, 'meeting.json'), 'utf8')) as DemoMeeting;

const server = await useServer();
const api = createApi(server.url);
const engine = values.captions ? null : await awaitEngine(() => api.listEngines(), console.error);
const title = engine ? demo.title : `${demo.title} (captions from its script: no speech engine)`;
const meeting = await api.createMeeting({ title, kind: demo.kind });
const page = `${server.url}/m/${meeting.id}`;
console.log(`The demo is at ${page}`);
console.log(
  engine
    ? `Speech is turned into text by ${engine.name}.`
    : 'There is no speech engine here: the text comes as captions.',
);
if (!values.fast && !values['no-open']) openInBrowser(page);

await (engine ? playAudio(api) : playCaptions(api));
await api.endMeeting(meeting.id);
await untilProcessed();
const minutes = await api.getMinutes(meeting.id);
const { segments } = await api.listSegments(meeting.id);
console.log(
  `${segments.length} lines, ${minutes?.actionItems.length ?? 0} action items, ${minutes?.decisions.length ?? 0} decisions.`,
);

if (values.fast) await server.stop();
else if (!server.wasRunning) {
  console.log(`Hansard goes on at ${server.url}. Ctrl+C ends it.`);
  await server.ended;
}
process.exit(0);

/** Three microphones, as three browsers would send them. */
async function playAudio({ listSegments }: Api): Promise<void> {
  const bar = createProgressBar('Playing');
  const uploader = createUploader({ url: server.url, spool: createMemorySpool() });
  const startedAtMs = Date.now();
  const playing = Promise.all(
    demo.tracks.map(async ({ speaker, file }) => {
      const bytes = readFileSync(join(folder, file));
      const bytesPerSecond = (bytes.length * 1000) / demo.lengthMs;
      const source = await createFileSource({ bytes, bytesPerSecond, realTime: !values.fast });
      const trackId = randomUUID();
      const track = {
        trackId,
        meetingId: meeting.id,
        kind: 'microphone',
        mimeType: 'audio/webm;codecs=opus',
        participant: speaker,
        startedAtMs,
        continues: null,
      } as const;
      await source.play(uploader, track).done;
      await uploader.whenSaved(trackId);
    }),
  ).then(() => 'over' as const);
  while ((await Promise.race([playing, sleep(500)])) !== 'over') {
    const lines = (await listSegments(meeting.id)).segments.length;
    const playedMs = Math.min(demo.lengthMs, Date.now() - startedAtMs);
    bar.show(playedMs / demo.lengthMs, `${clockTime(playedMs)} of ${clockTime(demo.lengthMs)}, ${lines} lines`);
  }
  uploader.close();
  bar.done('is over; all audio is saved.');
}

async function playCaptions({ postCaptions }: Api): Promise<void> {
  const startedAt = Date.now();
  for (const [index, line] of demo.lines.entries()) {
    if (!values.fast) await sleep(Math.max(0, startedAt + line.endMs - Date.now()));
    const segments = [{ ...line, externalId: `line-${index}`, final: true }];
    await postCaptions(meeting.id, { source: 'Script of the demo', segments });
  }
}

async function untilProcessed(): Promise<void> {
  const bar = createProgressBar('Transcribing');
  for (;;) {
    const { state, openChunks, ledger } = await api.getMeeting(meeting.id);
    if (state === 'done' && openChunks === 0) break;
    bar.show(ledger.transcribedMs / Math.max(1, ledger.durableMs), `${openChunks} pieces left`);
    await sleep(300);
  }
  bar.done('is done.');
}

function openInBrowser(url: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  // Where there is no desktop, the address that was printed will do.
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
