import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal, type Journal } from '@hansard/server/journal';
import type { WriterNews, WriterOrders } from './journal-writer.ts';
import { trackBytes, trackName } from './track-content.ts';

export interface PowerLossOptions {
  dir: string;
  tracks: number;
  losses: number;
  random: () => number;
  /** False: the journal's syncs do nothing, which this check must notice. */
  sync: boolean;
}

export interface PowerLossFigures {
  acknowledgedBytes: number;
  /** Acknowledged, not released, and not in what was left. */
  lostBytes: number;
  /** Read back, and not what was written; or not to be read at all. */
  wrongBytes: number;
}

/** Small, so that files are recycled all the time. */
const maxFileBytes = 4 << 20;
const leastMs = 150;
const mostMs = 1500;

interface Knowledge {
  acknowledged: number;
  released: number;
}

/**
 * A process appends to a journal until it is killed at a random moment. Then everything written after the last completed
 * sync is thrown away, the journal is opened on what is left and compared, and the next process goes on from there.
 */
export async function powerLossRun({ dir, tracks, losses, random, sync }: PowerLossOptions): Promise<PowerLossFigures> {
  const known: Knowledge[] = Array.from({ length: tracks }, () => ({ acknowledged: 0, released: 0 }));
  const total: PowerLossFigures = { acknowledgedBytes: 0, lostBytes: 0, wrongBytes: 0 };
  let offsets = known.map(() => 0);
  for (let loss = 0; loss < losses; loss += 1) {
    const current = join(dir, `disk-${loss}`);
    const left = join(dir, `disk-${loss + 1}`);
    if (loss > 0) await cp(current, left, { recursive: true });
    const before = known.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    const orders = { dir: current, mirrorDir: left, sync, seed: Math.floor(random() * 2 ** 32), offsets, maxFileBytes };
    await writeUntilKilled(orders, known, leastMs + random() * (mostMs - leastMs));
    total.acknowledgedBytes += known.reduce((sum, { acknowledged }) => sum + acknowledged, 0) - before;
    offsets = await compareWith(left, known, total);
    await rm(current, { recursive: true, force: true });
  }
  return total;
}

async function writeUntilKilled(orders: WriterOrders, known: Knowledge[], ms: number): Promise<void> {
  const writer = fork(join(import.meta.dirname, 'journal-writer.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const started = new Promise<void>((resolve, reject) => {
    writer.once('message', () => resolve());
    writer.once('exit', (code) => reject(new Error(`The writer ended with ${code}.`)));
  });
  writer.on('message', (news: WriterNews) => {
    const track = known[news.track]!;
    if ('durable' in news) track.acknowledged = news.durable;
    else track.released = news.released;
  });
  writer.send(orders);
  await started;
  await sleep(ms);
  const closed = once(writer, 'close');
  writer.kill('SIGKILL');
  await closed;
}

/** Gives where each track goes on. */
async function compareWith(dir: string, known: Knowledge[], total: PowerLossFigures): Promise<number[]> {
  const journal = await openJournal({ dir, maxFileBytes, log: { info() {}, warn() {}, error() {} } });
  const offsets: number[] = [];
  for (const [track, knowledge] of known.entries()) {
    const { acknowledged, released } = knowledge;
    // Releases are not written down: what came back by the crash is released again, as the contract says.
    journal.release(trackName(track), released);
    const extent = journal.extent(trackName(track)) ?? { start: released, end: Math.min(released, acknowledged) };
    total.lostBytes +=
      Math.max(0, acknowledged - Math.max(extent.end, released)) + Math.max(0, extent.start - released);
    if (extent.end > extent.start) {
      total.wrongBytes += await countWrong(journal, track, extent);
    }
    knowledge.acknowledged = extent.end;
    offsets.push(extent.end);
  }
  await journal.close();
  return offsets;
}

async function countWrong(
  journal: Journal,
  track: number,
  { start, end }: { start: number; end: number },
): Promise<number> {
  const there = await journal.read(trackName(track), start, end).catch(() => null);
  if (!there) return end - start;
  const written = trackBytes(track, start, end);
  return there.reduce((wrong, byte, at) => wrong + (byte === written[at] ? 0 : 1), 0);
}
