import type { Journal, JournalLog, JournalOptions } from './contract.ts';
import { openJournal } from './open-journal.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

export const silentLog: JournalLog = { info() {}, warn() {}, error() {} };

/** The smallest files that a journal has, so that tests meet many. */
export const fileBytes = 64 << 10;

/** Appends wait for no others: what a test's disk does depends on no clock. */
export function openOn(disk: SimulatedDisk, options: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({
    dir: '/journal',
    log: silentLog,
    maxFileBytes: fileBytes,
    io: disk.io,
    commitEveryMs: 0,
    ...options,
  });
}

/** A track's bytes [start, end): each offset always has the same. */
export function bytesOf(trackId: string, start: number, end: number): Uint8Array {
  const seed = Buffer.from(trackId).reduce((sum, byte) => (sum * 31 + byte) & 0xffff, 7);
  const bytes = new Uint8Array(end - start);
  for (let at = 0; at < bytes.length; at += 1) {
    const offset = start + at;
    bytes[at] = (offset * 31 + (offset >> 8) * 17 + seed) & 0xff;
  }
  return bytes;
}

/** Appends bytes [start, end) of the track as one. */
export function appendOf(journal: Journal, trackId: string, start: number, end: number): Promise<void> {
  return journal.append(trackId, start, bytesOf(trackId, start, end));
}

/** All that the journal has of the track; null where it has nothing. */
export async function readAllOf(journal: Journal, trackId: string): Promise<Uint8Array | null> {
  const extent = journal.extent(trackId);
  return extent && journal.read(trackId, extent.start, extent.end);
}
