import { setImmediate } from 'node:timers/promises';
import type { Segment, SegmentPage } from '@hansard/protocol';
import { sql } from 'kysely';
import type { Database, MeetingRow } from '../adapters/database/index.ts';
import { transcriptLimits } from './limits.ts';
import { toSegment } from './to-wire.ts';

export function findMeeting(
  db: Database,
  workspaceId: string,
  meetingId: string,
): Promise<Pick<MeetingRow, 'id'> | undefined> {
  return db
    .selectFrom('meetings')
    .select('id')
    .where('id', '=', meetingId)
    .where('workspaceId', '=', workspaceId)
    .executeTakeFirst();
}

/** What was written after the revision `since`, in order, tombstones included. */
export async function readSince(
  db: Database,
  meetingId: string,
  { since, limit }: { since: number; limit: number },
): Promise<SegmentPage> {
  const rows = await db
    .selectFrom('segments')
    .selectAll()
    .where('meetingId', '=', meetingId)
    .where('seq', '>', since)
    .orderBy('seq')
    .limit(limit + 1)
    .execute();
  const segments = rows.slice(0, limit).map(toSegment);
  return { segments, cursor: segments.at(-1)?.seq ?? since, more: rows.length > limit };
}

/**
 * The lines of a meeting by time, then by age; what was said and never finished counts once the meeting is over. Read in
 * pages: what is written meanwhile behind the reader's place is not seen, nothing is seen twice.
 */
export async function* readLines(db: Database, meetingId: string): AsyncGenerator<Segment, void, undefined> {
  const meeting = await db.selectFrom('meetings').select('endedAt').where('id', '=', meetingId).executeTakeFirst();
  if (!meeting) return;
  let after = { startMs: -1, rowid: 0 };
  for (;;) {
    const { startMs, rowid } = after;
    const rows = await db
      .selectFrom('segments')
      .selectAll()
      .where('meetingId', '=', meetingId)
      .where('deleted', '=', 0)
      .where(sql<boolean>`("startMs", rowid) > (${startMs}, ${rowid})`)
      .$if(meeting.endedAt === null, (query) => query.where('final', '=', 1))
      .orderBy('startMs')
      .orderBy('rowid')
      .limit(transcriptLimits.readPage)
      .execute();
    for (const row of rows) if (row.text !== '') yield toSegment(row);
    const last = rows.at(-1);
    if (!last || rows.length < transcriptLimits.readPage) return;
    after = last;
    // The database answers at once: without this, nothing else had a turn until the end.
    await setImmediate();
  }
}
