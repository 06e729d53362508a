/** The disk, as the journal uses it. Errors are Node's, told apart by `code`. */
export interface JournalIo {
  makeDir(dir: string): Promise<void>;
  /** Names of the files in it. */
  list(dir: string): Promise<string[]>;
  /** For reading and writing; made where there is none. */
  open(path: string): Promise<JournalFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in it survive power loss. */
  syncDir(dir: string): Promise<void>;
  /** Bytes that may still be written on the disk of this folder. */
  freeBytes(dir: string): Promise<number>;
}

export interface JournalFile {
  size(): Promise<number>;
  /** May read less than asked for; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** The same without a wait, where it can: nothing else has its turn until the bytes are there. */
  readNow?(into: Uint8Array, position: number): number;
  /** May write less than was given. Where it syncs what it writes, its errors are those of `datasync` too. */
  writev(buffers: readonly Uint8Array[], position: number): Promise<number>;
  /** What was written before the call survives power loss once it has resolved. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** Writes all of it, however often the disk stops short. */
export async function writeAll(file: JournalFile, buffers: readonly Uint8Array[], position: number): Promise<void> {
  let left = buffers;
  let at = position;
  while (left.length > 0) {
    const written = await file.writev(left, at);
    if (written <= 0) throw Object.assign(new Error('The disk took no bytes'), { code: 'EIO' });
    at += written;
    left = after(left, written);
  }
}

/** Reads until `into` is full or the file ends; says how many bytes. */
export async function readAll(file: JournalFile, into: Uint8Array, position: number): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const read = await file.read(into.subarray(at), position + at);
    if (read === 0) break;
    at += read;
  }
  return at;
}

function after(buffers: readonly Uint8Array[], written: number): Uint8Array[] {
  let skipped = 0;
  for (const [index, buffer] of buffers.entries()) {
    if (skipped + buffer.length > written) return [buffer.subarray(written - skipped), ...buffers.slice(index + 1)];
    skipped += buffer.length;
  }
  return [];
}
