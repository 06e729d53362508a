import { setImmediate as yieldTurn } from 'node:timers/promises';
import { createNodeIo, mirrorSynced, openJournal, withoutSync } from '@hansard/server/journal';
import { seededRandom } from './random.ts';
import { trackBytes, trackName } from './track-content.ts';

/*
 * A process that appends to a journal until it is killed, on a disk that keeps beside it what a power loss would leave.
 * It tells its parent what it was told is durable, and what it releases.
 */

export interface WriterOrders {
  dir: string;
  mirrorDir: string;
  sync: boolean;
  seed: number;
  /** Where each track goes on. */
  offsets: number[];
  maxFileBytes: number;
}

export type WriterNews = { track: number; durable: number } | { track: number; released: number };

const leastBytes = 500;
const mostBytes = 8000;
/** Unreleased bytes of a track. */
const keptBytes = 96 * 1024;
const releaseShare = 0.02;

process.once('message', (orders: WriterOrders) => void write(orders));

async function write({ dir, mirrorDir, sync, seed, offsets, maxFileBytes }: WriterOrders): Promise<void> {
  const random = seededRandom(seed);
  const synced = mirrorSynced(createNodeIo(), mirrorDir);
  const journal = await openJournal({
    dir,
    maxFileBytes,
    log: { info() {}, warn() {}, error() {} },
    io: sync ? synced : withoutSync(synced),
  });
  await Promise.all(
    offsets.map(async (offset, track) => {
      for (let at = offset; ;) {
        const end = at + leastBytes + Math.floor(random() * (mostBytes - leastBytes));
        await journal.append(trackName(track), at, trackBytes(track, at, end));
        at = end;
        await tell({ track, durable: end });
        if (random() < releaseShare && end > keptBytes) {
          const released = end - Math.floor(random() * keptBytes);
          await tell({ track, released });
          journal.release(trackName(track), released);
        }
        await yieldTurn();
      }
    }),
  );
}

/** Resolves when the parent will get it, whatever happens to this process. */
function tell(news: WriterNews): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(news, undefined, {}, (error) => (error ? reject(error) : resolve()));
  });
}
