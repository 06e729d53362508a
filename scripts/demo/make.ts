// Makes the demo's meeting anew from `script.json`: `node scripts/demo/make.ts` (needs ffmpeg with flite).
// One recording for each speaker, as long as the meeting, silent while the others speak.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Script {
  title: string;
  kind: string;
  pauseMs: number;
  speakers: Record<string, string>;
  lines: [speaker: string, text: string][];
}

const here = import.meta.dirname;
const script = JSON.parse(readFileSync(join(here, 'script.json'), 'utf8')) as Script;
const work = mkdtempSync(join(tmpdir(), 'hansard-demo-'));
const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);

try {
  let atMs = 1000;
  const lines = script.lines.map(([speaker, text], index) => {
    const wav = join(work, `${index}.wav`);
    writeFileSync(join(work, 'line.txt'), text);
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      `flite=textfile=${join(work, 'line.txt')}:voice=${script.speakers[speaker]}`,
      '-ar',
      '48000',
      wav,
    );
    const startMs = atMs;
    const endMs = startMs + durationMs(wav);
    atMs = endMs + script.pauseMs;
    return { speaker, text, startMs, endMs, wav };
  });
  const lengthMs = atMs + 1000;

  const tracks = Object.keys(script.speakers).map((speaker) => {
    const own = lines.filter((line) => line.speaker === speaker);
    const inputs = own.flatMap(({ wav }) => ['-i', wav]);
    const delayed = own.map(({ startMs }, index) => `[${index}]adelay=${startMs}[d${index}]`).join(';');
    const mixed = own.map((_, index) => `[d${index}]`).join('');
    const filter = `${delayed};${mixed}amix=inputs=${own.length}:normalize=0,apad=whole_dur=${lengthMs}ms[out]`;
    const file = `${speaker.toLowerCase()}.webm`;
    // As a browser records it: 60 ms packets of variable size, a cluster a second.
    const opus = [
      '-c:a',
      'libopus',
      '-b:a',
      '32k',
      '-vbr',
      'on',
      '-application',
      'voip',
      '-frame_duration',
      '60',
      '-ac',
      '1',
    ];
    ffmpeg(
      ...inputs,
      '-filter_complex',
      filter,
      '-map',
      '[out]',
      ...opus,
      '-cluster_time_limit',
      '1000',
      '-live',
      '1',
      '-f',
      'webm',
      join(here, file),
    );
    return { speaker, file };
  });

  const meeting = {
    title: script.title,
    kind: script.kind,
    lengthMs,
    tracks,
    lines: lines.map(({ speaker, text, startMs, endMs }) => ({ speaker, text, startMs, endMs })),
  };
  writeFileSync(join(here, 'meeting.json'), `${JSON.stringify(meeting, null, 2)}\n`);
  console.log(`${Math.round(lengthMs / 1000)} s, ${lines.length} lines, ${tracks.length} tracks`);
} finally {
  rmSync(work, { recursive: true });
}

function durationMs(file: string): number {
  const seconds = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]);
  return Math.round(Number(seconds) * 1000);
}
