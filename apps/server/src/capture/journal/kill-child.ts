import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createNodeIo, mirrorSynced, openJournal, withoutSync } from './index.ts';
import { appendOf, silentLog } from './testing.ts';

/*
 * Appends to eight tracks until it is killed, each answer a line `track end` on standard output: the whole line is in the
 * pipe before the next append.
 */
const { values } = parseArgs({
  options: { dir: { type: 'string' }, mirror: { type: 'string' }, sync: { type: 'string', default: 'on' } },
});
const { dir = '', mirror = '', sync } = values;
const mirrored = mirrorSynced(createNodeIo(), mirror);
const journal = await openJournal({
  dir,
  log: silentLog,
  maxFileBytes: 512 << 10,
  io: sync === 'on' ? mirrored : withoutSync(mirrored),
});

async function run(trackId: string): Promise<never> {
  for (let end = journal.extent(trackId)?.end ?? 0; ;) {
    const bytes = 500 + ((end * 7) % 3000);
    await appendOf(journal, trackId, end, end + bytes);
    end += bytes;
    writeSync(1, `${trackId} ${end}\n`);
    // Keeps the log small, and its files recycled.
    if (end > 300_000) journal.release(trackId, end - 300_000);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, at) => run(`track-${at}`)));
