import { spawn } from 'node:child_process';

/** Runs ffmpeg with `input` on its standard input, and gives what it wrote to its standard output. */
export async function ffmpeg(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-v', 'error', ...(input ? [] : ['-nostdin']), ...args, 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  child.stdin.on('error', () => {}).end(input);
  const pieces: Buffer[] = [];
  for await (const piece of child.stdout as AsyncIterable<Buffer>) pieces.push(piece);
  const code = await closed;
  if (code !== 0) throw new Error(`ffmpeg ended with ${String(code)}`);
  return Buffer.concat(pieces);
}

export const rate = 48_000;
const rawAudio = ['-f', 'f32le', '-ar', String(rate), '-ac', '1'];

/** Any source that ffmpeg reads, as mono samples of 48 kHz. */
export async function readPcm(source: readonly string[]): Promise<Float32Array> {
  const bytes = await ffmpeg([...source, ...rawAudio]);
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** WebM/Opus as Chrome's MediaRecorder has it: 60 ms packets, variable rate, 32 kbit/s. */
export function encodeAsChrome(pcm: Float32Array): Promise<Buffer> {
  const opus = ['-c:a', 'libopus', '-b:a', '32k', '-vbr', 'on', '-frame_duration', '60', '-application', 'audio'];
  const input = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return ffmpeg([...rawAudio, '-i', 'pipe:0', ...opus, '-f', 'webm'], input);
}
