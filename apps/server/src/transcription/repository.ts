import { sql, type SqlBool } from 'kysely';
import {
  prepared,
  type ChunkRow,
  type ChunkState,
  type Database,
  type DatabaseTransaction,
} from '../adapters/database/index.ts';

/** A chunk that is this process's until `claimedUntil`, which also tells this claim from any later one. */
export interface ClaimedChunk extends ChunkRow {
  claimedUntil: number;
  participant: string | null;
}

export type Settlement =
  | { state: 'done' | 'silent'; engine: string }
  | { state: 'failed'; engine: string; error: string; attempts: number };

// State names stand in the text of these queries, and some say again what the partial index says: SQLite can't match a
// bound value to such an index, nor see by itself that a waiting chunk is an open one.
const waiting = sql.lit<ChunkState>('waiting');
const claimed = sql.lit<ChunkState>('claimed');
const isOpen = sql<SqlBool>`state in ('waiting', 'claimed')`;

/**
 * The next chunk of the first meeting after the given one that has any, else from the first meeting on: each meeting gets
 * its turn, however many chunks another has. Null where nothing is due.
 */
export async function claimNext(
  trx: DatabaseTransaction,
  { afterMeeting, now, claimedUntil }: { afterMeeting: string; now: number; claimedUntil: number },
): Promise<ClaimedChunk | null> {
  const next = await claimFirstDue(trx, { afterMeeting, now, claimedUntil });
  if (next.rows[0] || afterMeeting === '') return next.rows[0] ?? null;
  const first = await claimFirstDue(trx, { afterMeeting: '', now, claimedUntil });
  return first.rows[0] ?? null;
}

const claimFirstDue = prepared<{ afterMeeting: string; now: number; claimedUntil: number }, ClaimedChunk>(
  (db, parameter) =>
    db
      .updateTable('chunks')
      .set({ state: 'claimed', claimedUntil: parameter('claimedUntil') })
      .where('id', '=', (due) =>
        due
          .selectFrom('chunks')
          .select('id')
          .where('state', '=', waiting)
          .where('meetingId', '>', parameter('afterMeeting'))
          .where('dueAt', '<=', parameter('now'))
          .orderBy('meetingId')
          .orderBy('startMs')
          .limit(1),
      )
      .returningAll()
      .returning((row) => [
        row.ref('claimedUntil').$notNull().as('claimedUntil'),
        row.selectFrom('tracks').select('participant').whereRef('tracks.id', '=', 'chunks.trackId').as('participant'),
      ]),
);

/** When the next waiting chunk becomes due; null where none waits. */
export async function nextDueAt(database: Database): Promise<number | null> {
  const { rows } = await firstDueAt(database, {});
  return rows[0]?.dueAt ?? null;
}

const firstDueAt = prepared<object, { dueAt: number }>((db) =>
  db.selectFrom('chunks').select('dueAt').where(isOpen).where('state', '=', waiting).orderBy('dueAt').limit(1),
);

/** Gives claims back that lapsed by `now`: their process died. Says how many. */
export async function returnLapsed(database: Database, now: number): Promise<number> {
  const { numUpdatedRows } = await database
    .updateTable('chunks')
    .set({ state: 'waiting', claimedUntil: null })
    .where(isOpen)
    .where('state', '=', claimed)
    .where('claimedUntil', '<=', now)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Gives a claim back, to be claimed again from `dueAt`. Nothing happens where it is no longer ours. */
export async function returnClaim(
  database: Database,
  chunk: ClaimedChunk,
  {
    dueAt,
    attempts = chunk.attempts,
    error = chunk.error,
  }: { dueAt: number; attempts?: number; error?: string | null },
): Promise<void> {
  await database
    .updateTable('chunks')
    .set({ state: 'waiting', claimedUntil: null, dueAt, attempts, error })
    .where('id', '=', chunk.id)
    .where('state', '=', claimed)
    .where('claimedUntil', '=', chunk.claimedUntil)
    .execute();
}

/** Ends a claim for good and keeps its meeting's counters. False where the claim is no longer ours: then write nothing. */
export async function settleClaim(
  trx: DatabaseTransaction,
  chunk: ClaimedChunk,
  settlement: Settlement,
): Promise<boolean> {
  const { id, claimedUntil, attempts } = chunk;
  const { numAffectedRows } = await endClaim(trx, { id, claimedUntil, attempts, error: null, ...settlement });
  if (numAffectedRows === 0n) return false;
  await countChunks(trx, chunk.meetingId, { open: -1, failed: settlement.state === 'failed' ? 1 : 0 });
  return true;
}

const endClaim = prepared<
  { id: string; claimedUntil: number; state: ChunkState; engine: string; error: string | null; attempts: number },
  unknown
>((db, parameter) =>
  db
    .updateTable('chunks')
    .set({
      state: parameter('state'),
      engine: parameter('engine'),
      error: parameter('error'),
      attempts: parameter('attempts'),
      claimedUntil: null,
    })
    .where('id', '=', parameter('id'))
    .where('state', '=', claimed)
    .where('claimedUntil', '=', parameter('claimedUntil')),
);

/** Lets failed chunks of a meeting, or one of them, wait anew with all their attempts. Says how many. */
export async function retryFailed(
  trx: DatabaseTransaction,
  { meetingId, chunkId }: { meetingId: string; chunkId: string | undefined },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('chunks')
    .set({ state: 'waiting', attempts: 0, dueAt: 0, error: null })
    .where('meetingId', '=', meetingId)
    .where('state', '=', 'failed')
    .$if(chunkId !== undefined, (query) => query.where('id', '=', chunkId!))
    .executeTakeFirst();
  const count = Number(numUpdatedRows);
  if (count > 0) await countChunks(trx, meetingId, { open: count, failed: -count });
  return count;
}

/** Keeps the counters that lists of meetings are made from; part of the transaction that changes chunks. */
export async function countChunks(
  trx: DatabaseTransaction,
  meetingId: string,
  added: { open: number; failed: number },
): Promise<void> {
  await addToCounters(trx, { meetingId, ...added });
}

const addToCounters = prepared<{ meetingId: string; open: number; failed: number }, unknown>((db, parameter) =>
  db
    .updateTable('meetings')
    .set((row) => ({
      openChunks: row('openChunks', '+', parameter('open')),
      failedChunks: row('failedChunks', '+', parameter('failed')),
    }))
    .where('id', '=', parameter('meetingId')),
);

/** Chunks that wait or are with an engine. */
export async function countOpen(database: Database): Promise<number> {
  const { count } = await database
    .selectFrom('chunks')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(isOpen)
    .executeTakeFirstOrThrow();
  return count;
}

export async function hasMeeting(database: Database, workspaceId: string, meetingId: string): Promise<boolean> {
  const row = await database
    .selectFrom('meetings')
    .select('id')
    .where('id', '=', meetingId)
    .where('workspaceId', '=', workspaceId)
    .executeTakeFirst();
  return row !== undefined;
}
