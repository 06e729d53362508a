import {
  createSharedCommits,
  derivedTransaction,
  prepared,
  type ChunkRow,
  type Database,
  type LossRow,
  type MeetingRow,
  type PartRow,
  type TrackRow,
} from '../adapters/database/index.ts';
import type { ByteRange } from './journal/index.ts';

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
  // Each sync stops the process for as long as the disk takes; thousands of tracks fill tens of parts a second.
  const commitParts = createSharedCommits(database, { everyMs: 100, maxWrites: 64, synced: true });

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
        for (const each of progress) {
          const { numAffectedRows } = await saveProgress(trx, each);
          if (numAffectedRows !== 0n) there.add(each.trackId);
        }
        for (const chunk of chunks) {
          if (!there.has(chunk.trackId)) continue;
          const { numAffectedRows } = await insertChunk(trx, chunk);
          // One that is there already was cut again after a crash, and is left alone.
          if (numAffectedRows !== 0n) await countOpenChunk(trx, { meetingId: chunk.meetingId });
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
      commitParts(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('tracks')
          .set({ storedBytes: part.byteEnd })
          .where('id', '=', part.trackId)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await trx.insertInto('parts').values(part).execute();
        return true;
      }),

    /** What the disk has damaged of a track, before any part is stored behind it. Some of it may be known. */
    addLosses: (trackId: string, ranges: readonly ByteRange[]): Promise<void> =>
      database.transaction().execute(async (trx) => {
        for (const { start, end } of ranges) {
          await trx
            .insertInto('losses')
            .values({ trackId, byteStart: start, byteEnd: end })
            .onConflict((conflict) =>
              conflict
                .columns(['trackId', 'byteStart'])
                .doUpdateSet((row) => ({ byteEnd: row.fn<number>('max', ['losses.byteEnd', 'excluded.byteEnd']) })),
            )
            .execute();
        }
      }),

    /** The journal is not needed below `byteEnd`, though no part holds the last of it. False where the track is gone. */
    passOver: async (trackId: string, byteEnd: number): Promise<boolean> => {
      const { numUpdatedRows } = await database
        .updateTable('tracks')
        .set({ storedBytes: byteEnd })
        .where('id', '=', trackId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Losses that touch [start, end), in order. */
    lossesIn: (trackId: string, start: number, end: number): Promise<LossRow[]> =>
      database
        .selectFrom('losses')
        .selectAll()
        .where('trackId', '=', trackId)
        .where('byteEnd', '>', start)
        .where('byteStart', '<', end)
        .orderBy('byteStart')
        .execute(),

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

const saveProgress = prepared<TrackProgress, unknown>((db, parameter) =>
  db
    .updateTable('tracks')
    .set({
      durableMs: parameter('durableMs'),
      capturedMs: parameter('capturedMs'),
      cutterState: parameter('cutterState'),
    })
    .where('id', '=', parameter('trackId')),
);

const insertChunk = prepared<NewChunk, unknown>((db, parameter) =>
  db
    .insertInto('chunks')
    .values({
      id: parameter('id'),
      meetingId: parameter('meetingId'),
      trackId: parameter('trackId'),
      byteStart: parameter('byteStart'),
      byteEnd: parameter('byteEnd'),
      startMs: parameter('startMs'),
      endMs: parameter('endMs'),
      framing: parameter('framing'),
      createdAt: parameter('createdAt'),
      state: 'waiting',
      attempts: 0,
      dueAt: 0,
    })
    .onConflict((conflict) => conflict.columns(['trackId', 'byteEnd']).doNothing()),
);

const countOpenChunk = prepared<{ meetingId: string }, unknown>((db, parameter) =>
  db
    .updateTable('meetings')
    .set((row) => ({ openChunks: row('openChunks', '+', 1) }))
    .where('id', '=', parameter('meetingId')),
);
