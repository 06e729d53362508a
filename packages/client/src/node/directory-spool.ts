import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { id } from '@hansard/protocol';
import { ClientError } from '../client-error.ts';
import type { Spool, SpoolLimits } from '../spool/contract.ts';
import { createGauge } from '../spool/gauge.ts';
import { metaSuffix, openSpooledFiles, type SpooledFiles } from './spooled-files.ts';

/**
 * A spool in a directory, for programs. What was appended survives a crash of the process; it is not synced, so a power
 * cut may take the last seconds. One process at a time.
 */
export async function createDirectorySpool(directory: string, limits: SpoolLimits = {}): Promise<Spool> {
  const gauge = createGauge(limits);
  await mkdir(directory, { recursive: true });
  const all = await readAll(directory);
  gauge.measured({ bytes: [...all.values()].reduce((sum, files) => sum + files.bytes(), 0) });

  const find = (trackId: string): SpooledFiles => {
    const files = all.get(trackId);
    if (!files) throw new ClientError('UNKNOWN_TRACK', `No track ${trackId} is kept here.`);
    return files;
  };
  const using = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ClientError || error instanceof RangeError) throw error;
      throw new ClientError('SPOOL_FAILED', 'The directory that keeps the audio could not be used.', error);
    }
  };

  return {
    saveTrack: (meta) =>
      using(async () => {
        // The ID names files.
        const trackId = id.parse(meta.trackId);
        const known = all.get(trackId);
        if (known) await known.save({ ...meta });
        else all.set(trackId, await openSpooledFiles(directory, trackId, [], { ...meta }));
      }),
    append: (trackId, offset, bytes, capturedMs) =>
      using(async () => {
        const files = find(trackId);
        const { end } = files.view();
        if (offset !== end) throw new RangeError(`Append at ${offset}, but it ends at ${end}.`);
        gauge.claim(bytes.byteLength);
        try {
          await files.append(offset, bytes, capturedMs);
        } catch (error) {
          gauge.release(bytes.byteLength);
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          throw new ClientError('SPOOL_FULL', 'The disk has no more room for audio.', error);
        }
      }),
    read: (trackId, from, maxBytes) =>
      using(async () => {
        const files = find(trackId);
        const { start } = files.view();
        if (from < start) throw new RangeError(`Read from ${from}, but it begins at ${start}.`);
        return files.read(from, maxBytes);
      }),
    drop: (trackId, upTo) =>
      using(async () => {
        const files = find(trackId);
        const before = files.bytes();
        await files.drop(upTo);
        gauge.release(before - files.bytes());
      }),
    track: async (trackId) => all.get(trackId)?.view() ?? null,
    tracks: async () => [...all.values()].map((files) => files.view()),
    remove: (trackId) =>
      using(async () => {
        const files = all.get(trackId);
        if (!files) return;
        all.delete(trackId);
        gauge.release(files.bytes());
        await files.remove();
      }),
    usage: async () => gauge.usage(),
    subscribe: gauge.subscribe,
    async close() {
      await Promise.all([...all.values()].map((files) => files.close()));
    },
  };
}

async function readAll(directory: string): Promise<Map<string, SpooledFiles>> {
  const names = await readdir(directory);
  const runs = Map.groupBy(
    names.filter((name) => name.endsWith('.run')),
    (name) => name.slice(0, name.indexOf('.')),
  );
  const all = new Map<string, SpooledFiles>();
  for (const name of names.filter((each) => each.endsWith(metaSuffix))) {
    const trackId = name.slice(0, -metaSuffix.length);
    all.set(trackId, await openSpooledFiles(directory, trackId, runs.get(trackId) ?? [], null));
    runs.delete(trackId);
  }
  // A crash in the middle of a removal left them.
  for (const name of [...runs.values()].flat()) await rm(join(directory, name), { force: true });
  return all;
}
