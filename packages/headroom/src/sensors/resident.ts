import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { keepIfThere } from './kept-file.ts';

export interface ResidentSensor {
  /** The process's resident memory. */
  readBytes(): number;
  close(): void;
}

/** Key of the page's size in the process's auxiliary vector. */
const pageSizeKey = 6n;
const usualPageBytes = 4096;

/** From `/proc/self/statm`, kept open, where there is one; else Node's own figure, which costs five times as much. */
export function createResidentSensor(root: string, onError: (error: Error) => void): ResidentSensor {
  const statm = keepIfThere(join(root, 'proc/self/statm'), onError, 256);
  if (statm === null) return { readBytes: () => process.memoryUsage.rss(), close: () => undefined };
  const pageBytes = readPageBytes(join(root, 'proc/self/auxv'));
  return {
    readBytes() {
      const pages = Number(statm.text().split(' ', 2)[1]);
      if (!(pages > 0)) throw new Error('statm holds no resident pages');
      return pages * pageBytes;
    },
    close: () => statm.close(),
  };
}

/** Pages are 4 KiB nearly everywhere, and 16 or 64 KiB on some ARM machines. */
function readPageBytes(auxvPath: string): number {
  try {
    const words = readFileSync(auxvPath);
    const read = (at: number) => (endianness() === 'LE' ? words.readBigUInt64LE(at) : words.readBigUInt64BE(at));
    for (let at = 0; at + 16 <= words.length; at += 16) {
      if (read(at) === pageSizeKey) return Number(read(at + 8));
    }
  } catch {
    // No such file: it is a fixture, or not Linux.
  }
  return usualPageBytes;
}
