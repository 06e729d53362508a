import { closeSync, openSync, readSync } from 'node:fs';

/** A small file of the kernel's, kept open: reading it again from its beginning costs a fraction of opening it again. */
export interface KeptFile {
  /** What it holds now. Throws where it can't be read any more. */
  text(): string;
  close(): void;
}

/** Opens it; throws where that is not possible. What lies beyond `maxBytes` is not read. */
export function keepFile(path: string, maxBytes = 4096): KeptFile {
  const buffer = Buffer.allocUnsafeSlow(maxBytes);
  let fd: number | null = openSync(path, 'r');
  return {
    text() {
      if (fd === null) throw new Error(`${path} is closed`);
      return buffer.toString('latin1', 0, readSync(fd, buffer, 0, maxBytes, 0));
    },
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}

/** The same, or null where there is no such file. What else goes wrong is told to `onError`. */
export function keepIfThere(path: string, onError: (error: Error) => void, maxBytes?: number): KeptFile | null {
  try {
    const file = keepFile(path, maxBytes);
    file.text();
    return file;
  } catch (error) {
    if (!isAbsence(error)) onError(error as Error);
    return null;
  }
}

/** Not there, not a file, or of a kernel that has it and doesn't support it. */
const isAbsence = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EOPNOTSUPP', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '');
