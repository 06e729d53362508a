import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Dump, Dumps } from '@hansard/headroom/operator';
import { AppError, toStorageError } from '../../errors.ts';

/** Snapshots and profiles as streams; each file is gone once it was read, or its reader has gone. */
export function createDownloads(dumps: Dumps) {
  return {
    takeSnapshot: (signal: AbortSignal): Promise<Readable> => take(() => dumps.heapSnapshot(signal)),
    takeProfile: (durationMs: number, signal: AbortSignal): Promise<Readable> =>
      take(() => dumps.allocationProfile({ durationMs, signal })),
  };
}

async function take(make: () => Promise<Dump>): Promise<Readable> {
  const { path } = await make().catch((error: unknown) => {
    throw refusalOf(error);
  });
  const content = createReadStream(path);
  content.once('close', () => void rm(path, { force: true }).catch(() => undefined));
  return content;
}

/** What an operator can do about it. */
function refusalOf(error: unknown): unknown {
  const { name, code, readings } = error as { name?: string; code?: string; readings?: { requestedBytes?: number } };
  if (name === 'MemoryPressureError') {
    if (code === 'BUSY') return new AppError('CONFLICT', 'Another snapshot or profile is being taken.');
    const neededMb = Math.ceil((readings?.requestedBytes ?? 0) / 2 ** 20);
    return new AppError(
      'MEMORY_PRESSURE',
      `There is no room for this now: it needs ${neededMb} MB of memory to spare.`,
    );
  }
  return code === 'ENOSPC' ? toStorageError(error, 'There is no room for this on the disk.') : error;
}
