import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

interface DownloadOptions {
  url: string;
  sha256: string;
  folder: string;
  /** For the first answer, and between two pieces of the body. */
  timeoutMs: number;
  fetch: typeof fetch;
  signal: AbortSignal;
  /** The whole size, and how much of it an earlier try left. */
  onStart: (bytes: number, from: number) => void;
  onProgress: (share: number) => void;
}

const maxArchiveBytes = 2 * 1024 ** 3;

/**
 * Fetches a file whose content is known. What an interrupted try left in `NAME.part` is gone on from; the name appears
 * only once the checksum holds, and a wrong one takes the part away. Gives back the file's path.
 */
export async function downloadArchive(options: DownloadOptions): Promise<string> {
  const { url, sha256, folder } = options;
  await mkdir(folder, { recursive: true });
  const file = join(folder, basename(new URL(url).pathname));
  const part = `${file}.part`;
  await fetchInto(part, options);
  const actual = await sha256Of(part);
  if (actual !== sha256) {
    await rm(part);
    throw new Error(`${basename(file)} is not what it should be (SHA-256 ${actual})`);
  }
  await rename(part, file);
  return file;
}

async function fetchInto(part: string, options: DownloadOptions): Promise<void> {
  const { url, timeoutMs, fetch, signal, onStart, onProgress } = options;
  const idle = new AbortController();
  const giveUp = () => idle.abort(new Error(`no network within ${timeoutMs} ms`));
  let timer = setTimeout(giveUp, timeoutMs);
  try {
    const have = await sizeOf(part);
    const response = await fetch(url, {
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
      signal: AbortSignal.any([signal, idle.signal]),
    });
    // Nothing is left to fetch: the checksum tells whether that is so.
    if (response.status === 416) return;
    if (!response.ok || !response.body) throw new Error(`${new URL(url).host} answered ${response.status}`);
    let at = response.status === 206 ? have : 0;
    const total = at + Number(response.headers.get('content-length') ?? 0);
    if (total > maxArchiveBytes) throw new Error(`the archive has ${total} bytes, which is too much`);
    onStart(total, at);
    await using output = await open(part, at > 0 ? 'r+' : 'w');
    for await (const piece of response.body) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutMs);
      if (at + piece.length > maxArchiveBytes) throw new Error('the archive is too large');
      await output.write(piece, 0, piece.length, at);
      at += piece.length;
      if (total > 0) onProgress(Math.min(1, at / total));
    }
    if (at < total) throw new Error('the connection broke; the next start goes on from there');
  } catch (error) {
    idle.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
