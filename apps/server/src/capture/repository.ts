import type {
  ChunkRow,
  Database,
  DatabaseTransaction,
  MeetingRow,
  PartRow,
  TrackRow,
} from '../adapters/database/index.ts';

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

    /** Recorded tracks of meetings that go on, a page at a time by ID. */
    openTracks: (afterId: string, limit: number): Promise<{ id: string }[]> =>
      database
        .selectFrom('tracks')
        .innerJoin('meetings', 'meetings.id', 'tracks.meetingId')
        .select('tracks.id')
        .where('tracks.state', '=', 'open')
        .where('tracks.kind', '!=', 'captions')
        .where('meetings.endedAt', 'is', null)
        .where('tracks.id', '>', afterId)
        .orderBy('tracks.id')
        .limit(limit)
        .execute(),

    /** Adds the track; the first one sets its meeting's time 0. Gives its row. */
    addTrack: (row: TrackRow, startedAt: number | null): Promise<void> =>
      database.transaction().execute(async (trx) => {
        await trx.insertInto('tracks').values(row).execute();
        if (startedAt === null) return;
        await trx.updateTable('meetings').set({ startedAt }).where('id', '=', row.meetingId).execute();
      }),

    /** Writes chunks, the progress of their tracks and the meetings' counters in one transaction. */
    addChunks: (chunks: readonly NewChunk[], progress: readonly TrackProgress[]): Promise<void> =>
      database.transaction().execute(async (trx) => {
        const added = chunks.length > 0 ? await insertChunks(trx, chunks) : [];
        await bumpOpenChunks(trx, added);
        for (const { trackId, durableMs, capturedMs, cutterState } of progress) {
          await trx
            .updateTable('tracks')
            .set({ durableMs, capturedMs, cutterState })
            .where('id', '=', trackId)
            .execute();
        }
      }),

    closeTrack: async (trackId: string, length: number, capturedMs: number): Promise<void> => {
      await database
        .updateTable('tracks')
        .set({ state: 'closed', length, capturedMs })
        .where('id', '=', trackId)
        .execute();
    },

    /** The part is stored and synced: says so, and that the journal is not needed below its end. */
    addPart: (part: PartRow): Promise<void> =>
      database.transaction().execute(async (trx) => {
        await trx.insertInto('parts').values(part).execute();
        await trx.updateTable('tracks').set({ storedBytes: part.byteEnd }).where('id', '=', part.trackId).execute();
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
