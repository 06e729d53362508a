import type { Segment, SegmentPatch, SpeakerRename } from '@hansard/protocol';
import { sql } from 'kysely';
import type { DatabaseTransaction, SegmentRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { addPeople, cleanText, savePeople, takeRevisions } from './revisions.ts';
import { saveSpeakerName } from './speaker-names.ts';
import { toSegment } from './to-wire.ts';

/** The line that an edit is for. */
export interface LineKey {
  meetingId: string;
  segmentId: string;
}

export interface Edited {
  segment: Segment;
  isChanged: boolean;
  hasNewPeople: boolean;
}

/**
 * A person's word on a line: from now on no source overwrites it. A line that was deleted comes back where it is given a
 * text. Throws `CONFLICT` for a line that is still being spoken, whose end would be lost.
 */
export async function editLine(trx: DatabaseTransaction, key: LineKey, patch: SegmentPatch): Promise<Edited> {
  const before = await findLine(trx, key);
  if (before.deleted === 1 && patch.text === undefined) {
    throw new AppError('CONFLICT', 'The line was deleted; give its text to bring it back.');
  }
  if (before.final === 0 && (await isLive(trx, key.meetingId))) {
    throw new AppError('CONFLICT', 'The line is still being spoken; correct it when it is final.');
  }
  const text = patch.text === undefined ? before.text : cleanText(patch.text);
  const speaker = patch.speaker === undefined ? before.speaker : patch.speaker;
  if (before.deleted === 0 && text === before.text && speaker === before.speaker) {
    return { segment: toSegment(before), isChanged: false, hasNewPeople: false };
  }
  const { firstSeq: seq, people } = await takeRevisions(trx, key.meetingId, { count: 1, untilMs: before.endMs });
  const changes = { text, speaker, seq, final: 1, edited: 1, deleted: 0 };
  await trx.updateTable('segments').set(changes).where('id', '=', key.segmentId).execute();
  const hasNewPeople = await addPeople(trx, key.meetingId, people, [speaker]);
  return { segment: toSegment({ ...before, ...changes }), isChanged: true, hasNewPeople };
}

/** Takes a line's words out of the record; what stays is that there was one. Gives the line as it was, and its tombstone. */
export async function deleteLine(
  trx: DatabaseTransaction,
  key: LineKey,
): Promise<{ before: Segment; tombstone: Segment | null }> {
  const before = await findLine(trx, key);
  if (before.deleted === 1) return { before: toSegment(before), tombstone: null };
  const { firstSeq: seq } = await takeRevisions(trx, key.meetingId, { count: 1, untilMs: 0 });
  const changes = { text: '', speaker: null, seq, deleted: 1 };
  await trx.updateTable('segments').set(changes).where('id', '=', key.segmentId).execute();
  return { before: toSegment(before), tombstone: toSegment({ ...before, ...changes }) };
}

/** Gives all lines of a speaker another name, and those to come. Gives the lines changed, in order of `seq`. */
export async function renameLines(
  trx: DatabaseTransaction,
  meetingId: string,
  { from, to }: SpeakerRename,
): Promise<Segment[]> {
  if (from === to) return [];
  const isFrom = sql<boolean>`speaker IS ${from}`;
  const { count } = await trx
    .selectFrom('segments')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('meetingId', '=', meetingId)
    .where('deleted', '=', 0)
    .where(isFrom)
    .executeTakeFirstOrThrow();
  const { firstSeq, people } = await takeRevisions(trx, meetingId, { count, untilMs: 0 });
  const { rows } = await sql<SegmentRow>`
    UPDATE segments SET speaker = ${to}, seq = ${firstSeq - 1} + ranked.place
    FROM (
      SELECT rowid AS line, row_number() OVER (ORDER BY seq) AS place FROM segments
      WHERE "meetingId" = ${meetingId} AND deleted = 0 AND ${isFrom}
    ) AS ranked
    WHERE segments.rowid = ranked.line RETURNING *`.execute(trx);
  await saveSpeakerName(trx, meetingId, { from, to });
  await trx
    .updateTable('tracks')
    .set({ participant: to })
    .where('meetingId', '=', meetingId)
    .where('kind', '!=', 'captions')
    .where(sql<boolean>`participant IS ${from}`)
    .execute();
  const renamed = from === null ? [...people, to] : people.map((name) => (name === from ? to : name));
  await savePeople(trx, meetingId, [...new Set(renamed)]);
  return rows.map(toSegment).sort((a, b) => a.seq - b.seq);
}

async function findLine(trx: DatabaseTransaction, { meetingId, segmentId }: LineKey): Promise<SegmentRow> {
  const row = await trx
    .selectFrom('segments')
    .selectAll()
    .where('id', '=', segmentId)
    .where('meetingId', '=', meetingId)
    .executeTakeFirst();
  if (!row) throw new AppError('NOT_FOUND', 'There is no such line.');
  return row;
}

async function isLive(trx: DatabaseTransaction, meetingId: string): Promise<boolean> {
  const row = await trx.selectFrom('meetings').select('state').where('id', '=', meetingId).executeTakeFirst();
  return row?.state === 'live';
}
