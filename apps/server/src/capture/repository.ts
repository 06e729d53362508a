import {
  derivedTransaction,
  type ChunkRow,
  type Database,
  type DatabaseTransaction,
  type MeetingRow,
  type PartRow,
  type TrackRow,
} from '../adapters/database/index.ts';
import { captureLimits } from './limits.ts';

export type NewChunk = Omit<ChunkRow, 'state' | 'attempts' | 'dueAt' | 'claimedUntil' | 'engine' | 'error'>;

/** Where a track's demuxer and cutter stood when its last chunks were cut. */
export interface TrackProgress {
  trackId: string;
  durableMs: number;
  capturedMs: number;
  cutterState: Uint8Array;
}

export type CaptureRepository = ReturnType<typeof createCaptureRepository>;

/** The SQL of capture: tracks, parts, and the chunks it cuts. */
export function createCaptureRepository(database: Database) {
  return {
    meeting: (workspaceId: string, meetingId: string): Promise<MeetingRow | undefined> =>
      database
        .selectFrom('meetings')
        .selectAll()
        .where('id', '=', meetingId)
        .where('workspaceId', '=', workspaceId)
        .executeTakeFirst(),

    track: (trackId: string): Promise<TrackRow | undefined> =>
      database.selectFrom('tracks').selectAll().where('id', '=', trackId).executeTakeFirst(),

    tracksOf: (meetingId: string): Promise<TrackRow[]> =>
      database.selectFrom('tracks').selectAll().where('meetingId', '=', meetingId).orderBy('offsetMs').execute(),

    /** Open recorded tracks of meetings that go on, or that ended lately and have stored bytes behind the last chunk; by ID. */
    openTracks: (endedSince: number, afterId: string, limit: number): Promise<{ id: string }[]> =>
      database
        .selectFrom('tracks')
        .innerJoin('meetings', 'meetings.id', 'tracks.meetingId')
        .select('tracks.id')
        .where('tracks.state', '=', 'open')
        .where('tracks.kind', '!=', 'captions')
        .where((row) =>
          row.or([
            row('meetings.endedAt', 'is', null),
            row.and([
              row('meetings.endedAt', '>=', endedSince),
              row.not(
                row.exists(
                  row
                    .selectFrom('chunks')
                    .select('chunks.id')
                    .whereRef('chunks.trackId', '=', 'tracks.id')
                    .whereRef('chunks.byteEnd', '>=', 'tracks.storedBytes'),
                ),
              ),
            ]),
          ]),
        )
        .where('tracks.id', '>', afterId)
        .orderBy('tracks.id')
        .limit(limit)
        .execute(),

    /**
     * Adds the track that `make` makes of its meeting as it is now, and the number of tracks it has; one that is there
     * already stays as it is. The first track sets its meeting's time 0. Where the meeting is gone, nothing is added.
     */
    addTrack: (
      meetingId: string,
      make: (meeting: MeetingRow, tracks: number) => { row: TrackRow; startedAt: number | null },
    ): Promise<void> =>
      database.transaction().execute(async (trx) => {
        const meeting = await trx.selectFrom('meetings').selectAll().where('id', '=', meetingId).executeTakeFirst();
        if (!meeting) return;
        const { tracks } = await trx
          .selectFrom('tracks')
          .select((row) => row.fn.countAll<number>().as('tracks'))
          .where('meetingId', '=', meetingId)
          .executeTakeFirstOrThrow();
        const { row, startedAt } = make(meeting, tracks);
        const added = await trx
          .insertInto('tracks')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        if (startedAt === null || added.numInsertedOrUpdatedRows === 0n) return;
        await trx.updateTable('meetings').set({ startedAt }).where('id', '=', meetingId).execute();
      }),

    /**
     * Writes chunks, the progress of their tracks and the meetings' counters in one transaction. What belongs to a track
     * that was deleted meanwhile is left out: its rows could not be written, and would keep out all others.
     */
    addChunks: (chunks: readonly NewChunk[], progress: readonly TrackProgress[]): Promise<void> =>
      derivedTransaction(database).execute(async (trx) => {
        const there = new Set<string>();
        for (const { trackId, durableMs, capturedMs, cutterState } of progress) {
          const { numUpdatedRows } = await trx
            .updateTable('tracks')
            .set({ durableMs, capturedMs, cutterState })
            .where('id', '=', trackId)
            .executeTakeFirst();
          if (numUpdatedRows > 0n) there.add(trackId);
        }
        const known = chunks.filter(({ trackId }) => there.has(trackId));
        for (let at = 0; at < known.length; at += captureLimits.chunksPerInsert) {
          await bumpOpenChunks(trx, await insertChunks(trx, known.slice(at, at + captureLimits.chunksPerInsert)));
        }
      }),

    closeTrack: async (trackId: string, length: number, capturedMs: number): Promise<void> => {
      await database
        .updateTable('tracks')
        .set({ state: 'closed', length, capturedMs })
        .where('id', '=', trackId)
        .execute();
    },

    /** The part is stored and synced: says so, and that the journal is not needed below its end. False where its track is gone. */
    addPart: (part: PartRow): Promise<boolean> =>
      database.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('tracks')
          .set({ storedBytes: part.byteEnd })
          .where('id', '=', part.trackId)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await trx.insertInto('parts').values(part).execute();
        return true;
      }),

    /** Parts that hold bytes of [start, end), in order. */
    partsIn: (trackId: string, start: number, end: number): Promise<PartRow[]> =>
      database
        .selectFrom('parts')
        .selectAll()
        .where('trackId', '=', trackId)
        .where('byteEnd', '>', start)
        .where('byteStart', '<', end)
        .orderBy('byteStart')
        .execute(),
  };
}

/** A chunk that is there already (cut again after a crash) is left alone. Gives those that were new. */
function insertChunks(trx: DatabaseTransaction, chunks: readonly NewChunk[]): Promise<{ meetingId: string }[]> {
  return trx
    .insertInto('chunks')
    .values(chunks.map((chunk) => ({ ...chunk, state: 'waiting' as const, attempts: 0, dueAt: 0 })))
    .onConflict((conflict) => conflict.columns(['trackId', 'byteEnd']).doNothing())
    .returning('meetingId')
    .execute();
}

async function bumpOpenChunks(trx: DatabaseTransaction, added: readonly { meetingId: string }[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const { meetingId } of added) counts.set(meetingId, (counts.get(meetingId) ?? 0) + 1);
  for (const [meetingId, count] of counts) {
    await trx
      .updateTable('meetings')
      .set((row) => ({ openChunks: row('openChunks', '+', count) }))
      .where('id', '=', meetingId)
      .execute();
  }
}
