import { limits } from '@hansard/protocol';
import { sql } from 'kysely';
import { maxSeq, prepared, type DatabaseTransaction, type MeetingRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { meetingLimits } from '../meetings/index.ts';

/** A meeting as a write to its transcript finds it. */
export interface Revisions {
  /** The first of the revisions taken; the others follow it. */
  firstSeq: number;
  ordinal: number;
  people: string[];
}

/**
 * Takes `count` revisions of the meeting for the segments that this transaction writes, and lengthens the meeting to
 * `untilMs`. Throws `NOT_FOUND`, or `TOO_LARGE` where a transcript was written to more often than it can count.
 */
export async function takeRevisions(
  trx: DatabaseTransaction,
  meetingId: string,
  { count, untilMs }: { count: number; untilMs: number },
): Promise<Revisions> {
  const { rows } = await bumpSeq(trx, { meetingId, count, untilMs });
  const [row] = rows;
  if (!row) throw new AppError('NOT_FOUND', 'There is no such meeting.');
  if (row.seq > maxSeq) throw new AppError('TOO_LARGE', 'The transcript of this meeting is full.');
  return { firstSeq: row.seq - count + 1, ordinal: row.ordinal, people: JSON.parse(row.people) as string[] };
}

const bumpSeq = prepared<
  { meetingId: string; count: number; untilMs: number },
  Pick<MeetingRow, 'seq' | 'people'> & { ordinal: number }
>((db, parameter) =>
  db
    .updateTable('meetings')
    .set((meeting) => ({
      seq: meeting('seq', '+', parameter('count')),
      durationMs: sql<number>`max("durationMs", ${parameter('untilMs')})`,
    }))
    .where('id', '=', parameter('meetingId'))
    .returning(['seq', 'ordinal', 'people']),
);

/** Lists who is new among the speakers. Says whether anybody was. */
export async function addPeople(
  trx: DatabaseTransaction,
  meetingId: string,
  people: readonly string[],
  speakers: Iterable<string | null>,
): Promise<boolean> {
  const names = new Set(people);
  for (const speaker of speakers) if (speaker !== null && names.size < meetingLimits.maxPeople) names.add(speaker);
  if (names.size === people.length) return false;
  await savePeople(trx, meetingId, [...names]);
  return true;
}

export async function savePeople(
  trx: DatabaseTransaction,
  meetingId: string,
  people: readonly string[],
): Promise<void> {
  await trx
    .updateTable('meetings')
    .set({ people: JSON.stringify(people) })
    .where('id', '=', meetingId)
    .execute();
}

/** Text as it can be stored, indexed and sent: whole characters, none of them NUL, within the protocol's length. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').trim().slice(0, limits.maxSegmentTextLength).toWellFormed();
}
