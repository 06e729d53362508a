import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toStorageError } from '../../errors.ts';

/** Which document a file belongs to. */
export interface FileOwner {
  meetingId: string;
  id: string;
}

export interface ReceivedFile {
  path: string;
  bytes: number;
  /** SHA-256. */
  hash: string;
}

/** Files while they are received and while they are read: gone with the process, and with them whatever was half done. */
export function createIncoming({ dir, maxBytes }: { dir: string; maxBytes: number }) {
  const pathOf = ({ meetingId, id }: FileOwner): string => join(dir, `${meetingId}.${id}`);

  /** Rejects with `TOO_LARGE`, `STORAGE_FULL` or `STORAGE_FAILED`, or with the content's own error; nothing is left then. */
  async function receive(owner: FileOwner, content: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
    const path = pathOf(owner);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      await asStorage(mkdir(dir, { recursive: true }));
      const file = await asStorage(open(path, 'w', 0o600));
      try {
        for await (const piece of content) {
          bytes += piece.length;
          if (bytes > maxBytes) throw tooLarge(maxBytes);
          hash.update(piece);
          await asStorage(file.writeFile(piece));
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { path, bytes, hash: hash.digest('hex') };
  }

  return {
    receive,

    /** The bytes of one that was received. */
    read: (owner: FileOwner): AsyncIterable<Uint8Array> => createReadStream(pathOf(owner)),

    remove: (owner: FileOwner): Promise<void> => rm(pathOf(owner), { force: true }),

    /** Removes what an earlier process left behind; says whose it was. */
    async clear(): Promise<FileOwner[]> {
      const names = await readdir(dir).catch(() => []);
      const owners = names.map((name) => {
        const [meetingId = '', id = ''] = name.split('.');
        return { meetingId, id };
      });
      await rm(dir, { recursive: true, force: true });
      return owners.filter(({ meetingId, id }) => meetingId !== '' && id !== '');
    },
  };
}

export type Incoming = ReturnType<typeof createIncoming>;

export function tooLarge(maxBytes: number): AppError {
  const mb = Math.round((maxBytes / 2 ** 20) * 10) / 10;
  return new AppError('TOO_LARGE', `The file is larger than ${mb} MB, which is the most that is taken. Split it.`);
}

async function asStorage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toStorageError(
      error,
      'The server could not write the document to its disk. Send it again when there is room.',
    );
  }
}
