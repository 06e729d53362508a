import { prepared, type DatabaseTransaction, type SpeakerNameRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { transcriptLimits } from './limits.ts';

/** `''` stands for lines without a speaker. */
const keyOf = (speaker: string | null): string => speaker ?? '';

/** How the meeting's speakers are shown, where a person has renamed them. */
export async function readSpeakerNames(
  trx: DatabaseTransaction,
  meetingId: string,
): Promise<(speaker: string | null) => string | null> {
  const { rows } = await namesOf(trx, { meetingId });
  const names = new Map(rows.map(({ given, shown }) => [given, shown]));
  return (speaker) => names.get(keyOf(speaker)) ?? speaker;
}

const namesOf = prepared<{ meetingId: string }, SpeakerNameRow>((db, parameter) =>
  db.selectFrom('speakerNames').selectAll().where('meetingId', '=', parameter('meetingId')),
);

/** Lines to come of `from`, and of whoever is shown as `from` already, are shown as `to`. */
export async function saveSpeakerName(
  trx: DatabaseTransaction,
  meetingId: string,
  { from, to }: { from: string | null; to: string },
): Promise<void> {
  const names = trx.selectFrom('speakerNames').where('meetingId', '=', meetingId);
  const { count } = await names.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (count >= transcriptLimits.maxSpeakerNames) throw new AppError('TOO_MANY', 'Too many speakers were renamed.');
  await trx
    .updateTable('speakerNames')
    .set({ shown: to })
    .where('meetingId', '=', meetingId)
    .where('shown', '=', keyOf(from))
    .execute();
  await trx
    .insertInto('speakerNames')
    .values({ meetingId, given: keyOf(from), shown: to })
    .onConflict((conflict) => conflict.columns(['meetingId', 'given']).doUpdateSet({ shown: to }))
    .execute();
  // Named back: the source's own name needs no entry.
  await trx.deleteFrom('speakerNames').where('meetingId', '=', meetingId).whereRef('given', '=', 'shown').execute();
}
