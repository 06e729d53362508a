import { spawn } from 'node:child_process';

/** Runs ffmpeg and gives back what it writes to its output. */
function ffmpeg(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  // It may end before it has read everything; the exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(pieces)) : reject(new Error(`ffmpeg ended with ${code}`)),
    );
  });
}

const asFloats = ['-ar', '16000', '-ac', '1', '-f', 'f32le', 'pipe:1'];

export async function readAudio(file: string): Promise<Float32Array> {
  return floatsOf(await ffmpeg(['-i', file, ...asFloats]));
}

/** Speech by one of ffmpeg's own voices. */
export async function say(voice: string, text: string): Promise<Float32Array> {
  return floatsOf(await ffmpeg(['-f', 'lavfi', '-i', `flite=text='${text}':voice=${voice}`, ...asFloats]));
}

/** As recorders make it: 32 kbit/s, packets of 60 ms. */
export function encodeOgg(samples: Float32Array): Promise<Buffer> {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const coding = ['-c:a', 'libopus', '-b:a', '32k', '-frame_duration', '60', '-application', 'voip'];
  return ffmpeg(['-f', 'f32le', '-ar', '16000', '-ac', '1', '-i', 'pipe:0', ...coding, '-f', 'ogg', 'pipe:1'], bytes);
}

function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
