import type { Logger } from 'pino';
import type { DocumentRow } from '../../adapters/database/index.ts';
import { documentLimits } from './limits.ts';

interface LaneOptions {
  maxAtOnce: number;
  /** The next row that waits, none of these. */
  next: (except: readonly string[]) => Promise<DocumentRow | undefined>;
  /** Ends with the row in another state, or by the signal. */
  work: (row: DocumentRow, signal: AbortSignal) => Promise<void>;
  log: Logger;
}

interface Run {
  meetingId: string;
  stop: AbortController;
  done: Promise<void>;
}

/** Takes rows that wait, so many at once; the rows are the queue, so nothing is held of those that wait. */
export function createLane({ maxAtOnce, next, work, log }: LaneOptions) {
  const runs = new Map<string, Run>();
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let stopped = false;

  function start(row: DocumentRow): void {
    const stop = new AbortController();
    const done = work(row, stop.signal)
      .catch(async (error: unknown) => {
        if (stop.signal.aborted) return;
        log.error({ err: error, documentId: row.id }, 'a document could not be worked on');
        // The row still waits: not at once again.
        await pause(documentLimits.restAfterErrorMs, stop.signal);
      })
      .finally(() => {
        runs.delete(row.id);
        look();
      });
    runs.set(row.id, { meetingId: row.meetingId, stop, done });
  }

  const mayStart = (): boolean => !stopped && runs.size < maxAtOnce;

  async function fill(): Promise<void> {
    do {
      lookAgain = false;
      while (mayStart()) {
        const row = await next([...runs.keys()]);
        if (!row || !mayStart()) break;
        start(row);
      }
    } while (lookAgain);
  }

  function look(): void {
    lookAgain = true;
    looking ??= fill()
      .catch((error: unknown) => log.error({ err: error }, 'documents that wait could not be read'))
      .finally(() => {
        looking = null;
        // Asked for between the last look and now.
        if (lookAgain && !stopped) look();
      });
  }

  async function end(chosen: readonly Run[], reason: Error): Promise<void> {
    for (const { stop } of chosen) stop.abort(reason);
    await Promise.all(chosen.map(({ done }) => done));
  }

  return {
    /** A row may wait that did not before. */
    look,
    get busy(): boolean {
      return runs.size > 0;
    },
    /** Ends the work on a document and waits until it has; also where there is none. */
    async abort(documentId: string): Promise<void> {
      const run = runs.get(documentId);
      if (run) await end([run], new Error('the document was cancelled'));
    },
    abortAllOf: (meetingId: string): Promise<void> =>
      end(
        [...runs.values()].filter((run) => run.meetingId === meetingId),
        new Error('the meeting was deleted'),
      ),
    async stop(): Promise<void> {
      stopped = true;
      await looking;
      await end([...runs.values()], new Error('the server is being stopped'));
    },
  };
}

export type Lane = ReturnType<typeof createLane>;

/** Ends early, without an error, when the signal does. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
