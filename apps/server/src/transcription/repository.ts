import { sql, type SqlBool } from 'kysely';
import type { ChunkRow, ChunkState, Database, DatabaseTransaction } from '../adapters/database/index.ts';

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
  const next = (await firstDue(trx, afterMeeting, now)) ?? (await firstDue(trx, '', now));
  if (!next) return null;
  const row = await trx
    .updateTable('chunks')
    .set({ state: 'claimed', claimedUntil })
    .where('id', '=', next.id)
    .where('state', '=', waiting)
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  const track = await trx
    .selectFrom('tracks')
    .select('participant')
    .where('id', '=', row.trackId)
    .executeTakeFirstOrThrow();
  return { ...row, claimedUntil, participant: track.participant };
}

function firstDue(trx: DatabaseTransaction, afterMeeting: string, now: number) {
  return trx
    .selectFrom('chunks')
    .select('id')
    .where('state', '=', waiting)
    .where('meetingId', '>', afterMeeting)
    .where('dueAt', '<=', now)
    .orderBy('meetingId')
    .orderBy('startMs')
    .limit(1)
    .executeTakeFirst();
}

/** When the next waiting chunk becomes due; null where none waits. */
export async function nextDueAt(database: Database): Promise<number | null> {
  const row = await database
    .selectFrom('chunks')
    .select('dueAt')
    .where(isOpen)
    .where('state', '=', waiting)
    .orderBy('dueAt')
    .limit(1)
    .executeTakeFirst();
  return row?.dueAt ?? null;
}

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
  const { numUpdatedRows } = await trx
    .updateTable('chunks')
    .set({ error: null, ...settlement, claimedUntil: null })
    .where('id', '=', chunk.id)
    .where('state', '=', claimed)
    .where('claimedUntil', '=', chunk.claimedUntil)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await countChunks(trx, chunk.meetingId, { open: -1, failed: settlement.state === 'failed' ? 1 : 0 });
  return true;
}

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
  { open, failed }: { open: number; failed: number },
): Promise<void> {
  await trx
    .updateTable('meetings')
    .set((row) => ({ openChunks: row('openChunks', '+', open), failedChunks: row('failedChunks', '+', failed) }))
    .where('id', '=', meetingId)
    .execute();
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
