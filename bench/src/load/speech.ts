import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const demo = join(import.meta.dirname, '../../../scripts/demo');
const voices = ['host', 'engineer', 'designer'].map((name) => join(demo, `${name}.webm`));

/** A recording on disk. */
export interface SpeechFile {
  file: string;
  seconds: number;
  bytesPerSecond: number;
}

export interface Speech extends SpeechFile {
  bytes: Buffer;
}

/**
 * A recording as Chromium makes it: WebM of unknown length, Opus at 32 kbit/s in packets of 60 ms, a cluster a second.
 * Three voices of the shipped meeting with a little noise of a room, over and over.
 */
export function makeSpeech(file: string, seconds: number): SpeechFile {
  const wave = `${file}.wav`;
  const inputs = [...voices.flatMap((voice) => ['-i', voice]), '-f', 'lavfi', '-i', 'anoisesrc=r=48000:a=0.001:seed=7'];
  const mix = '[0][1][2]amix=3:normalize=0:duration=longest[voices];[voices][3]amix=2:normalize=0:duration=first';
  ffmpeg([...inputs, '-filter_complex', mix, '-ac', '1', wave]);
  const opus = ['-c:a', 'libopus', '-b:a', '32k', '-frame_duration', '60'];
  ffmpeg(['-stream_loop', '-1', '-i', wave, '-t', String(seconds), ...opus, ...webm, file]);
  rmSync(wave);
  return { file, seconds, bytesPerSecond: statSync(file).size / seconds };
}

export function readSpeech(speech: SpeechFile): Speech {
  return { ...speech, bytes: readFileSync(speech.file) };
}

/** The part of a recording from `startSeconds` on, its packets untouched. */
export function cutSpeech(file: string, startSeconds: number, seconds: number, target: string): void {
  ffmpeg(['-ss', String(startSeconds), '-i', file, '-t', String(seconds), '-c', 'copy', ...webm, target]);
}

/** For each packet of a file its `size, MD5`, without what the container adds to it. */
export function packetHashes(file: string): string[] {
  return ffmpeg(['-i', file, '-map', '0:a', '-c', 'copy', '-f', 'framemd5', '-'])
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').slice(4, 6).join(',').trim());
}

const webm = ['-live', '1', '-cluster_time_limit', '1000', '-f', 'webm'];

function ffmpeg(args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error) throw new Error('This benchmark makes its speech with ffmpeg, which was not found. Install ffmpeg.');
  if (status !== 0) throw new Error(`ffmpeg failed: ${stderr}`);
  return stdout;
}
