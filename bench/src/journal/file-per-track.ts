import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { appendAll, type Load, type Run } from './load.ts';

/** The usual way: each track appends to a file of its own, and each append is synced. */
export async function filePerTrack(dir: string, load: Load, syncDelay: () => Promise<void>): Promise<Run> {
  const files = await Promise.all(
    Array.from({ length: load.inFlight }, (_, track) => open(join(dir, `track-${track}`), 'w')),
  );
  const run = await appendAll(load, async (track, payload) => {
    const file = files[track]!;
    await file.write(payload);
    await file.datasync();
    await syncDelay();
  });
  await Promise.all(files.map((file) => file.close()));
  return run;
}
