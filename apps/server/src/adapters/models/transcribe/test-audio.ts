import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import type { TranscribeRequest } from './contract.ts';
import { oggDurationMs } from './audio/index.ts';

const asRecorded = ['-ac', '1', '-c:a', 'libopus', '-b:a', '32k', '-frame_duration', '60', '-f', 'ogg', 'pipe:1'];
const made = new Map<string, Promise<TranscribeRequest>>();

/** Speech by a voice of ffmpeg's own, as a recorder would code it. */
export function spokenOgg(text: string, voice = 'rms'): Promise<TranscribeRequest> {
  return encoded(['-f', 'lavfi', '-i', `flite=text='${text}':voice=${voice}`]);
}

export function silentOgg(seconds: number): Promise<TranscribeRequest> {
  return encoded(['-f', 'lavfi', '-t', String(seconds), '-i', 'anullsrc=r=48000:cl=mono']);
}

/** Mono sound at 16 kHz. */
export async function oggOf(samples: Float32Array): Promise<TranscribeRequest> {
  const input = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return asRequest(await ffmpeg(['-f', 'f32le', '-ar', '16000', '-ac', '1', '-i', 'pipe:0', ...asRecorded], input));
}

function encoded(source: readonly string[]): Promise<TranscribeRequest> {
  const key = source.join(' ');
  const known = made.get(key) ?? ffmpeg([...source, ...asRecorded]).then(asRequest);
  made.set(key, known);
  return known;
}

const asRequest = (audio: Uint8Array): TranscribeRequest => ({ audio, durationMs: oggDurationMs(audio) });

/** Runs ffmpeg and gives back what it writes to its output. */
export async function ffmpeg(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', reject);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [output, code] = await Promise.all([buffer(child.stdout), ended]);
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  return output;
}
