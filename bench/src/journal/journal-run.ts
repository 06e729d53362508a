import { createNodeIo, type JournalIo, openJournal } from '@hansard/server/journal';
import { appendAll, type Load, type Run } from './load.ts';

export interface JournalRun extends Run {
  /** Headers and padding included. */
  meanCommitBytes: number;
}

const quiet = { info() {}, warn() {}, error() {} };

/** A journal that is opened once for all rounds, as a server's is: its files are recycled from round to round. */
export async function openContestant(dir: string, { inFlight, bytes }: Load, io: JournalIo = createNodeIo()) {
  const journal = await openJournal({ dir, io, log: quiet, maxInFlightBytes: 2 * inFlight * (bytes + 4096) });
  const ends = Array.from({ length: inFlight }, () => 0);
  return {
    async run(load: Load): Promise<JournalRun> {
      const before = journal.stats();
      const run = await appendAll(load, async (track, payload) => {
        const trackId = `track-${track}`;
        const start = ends[track]!;
        ends[track] = start + payload.length;
        await journal.append(trackId, start, payload);
        journal.release(trackId, start);
      });
      const after = journal.stats();
      return { ...run, meanCommitBytes: (after.writtenBytes - before.writtenBytes) / (after.commits - before.commits) };
    },
    close: () => journal.close(),
  };
}
