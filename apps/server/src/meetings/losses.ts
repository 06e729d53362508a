import type { Ledger } from '@hansard/protocol';
import type { Database, LossRow } from '../adapters/database/index.ts';

type Gap = Ledger['gaps'][number];

/** Of a recording at 32 kbit/s: where a track has no chunk, nothing better is known. */
const msPerByte = 0.25;

/**
 * When in the meeting was recorded what the disk has damaged since. As exact as the chunks around it: within one, its bytes
 * count as evenly spread; between two, all from the end of the one to the start of the other is missing.
 */
export async function readLosses(db: Database, meetingId: string): Promise<Gap[]> {
  const losses = await db
    .selectFrom('losses')
    .innerJoin('tracks', 'tracks.id', 'losses.trackId')
    .select(['losses.trackId', 'losses.byteStart', 'losses.byteEnd', 'tracks.offsetMs'])
    .where('tracks.meetingId', '=', meetingId)
    .execute();
  return Promise.all(losses.map((loss) => toGap(db, loss)));
}

async function toGap(
  db: Database,
  { trackId, byteStart, byteEnd, offsetMs }: LossRow & { offsetMs: number },
): Promise<Gap> {
  const first = await around(db, trackId, byteStart);
  const last = await around(db, trackId, byteEnd);
  const startMs = first.inside ?? first.before ?? offsetMs;
  const endMs = last.inside ?? last.after ?? startMs + (byteEnd - byteStart) * msPerByte;
  return { trackId, startMs: Math.round(startMs), endMs: Math.round(Math.max(startMs, endMs)), reason: 'damaged' };
}

/** The time of a byte in the chunk that has it; else where the chunk before it ends, and the one behind it begins. */
async function around(db: Database, trackId: string, byte: number) {
  const chunks = db
    .selectFrom('chunks')
    .select(['byteStart', 'byteEnd', 'startMs', 'endMs'])
    .where('trackId', '=', trackId);
  const next = await chunks.where('byteEnd', '>', byte).orderBy('byteEnd').limit(1).executeTakeFirst();
  if (next && next.byteStart <= byte) {
    const share = (byte - next.byteStart) / (next.byteEnd - next.byteStart);
    return { inside: next.startMs + share * (next.endMs - next.startMs) };
  }
  const before = await chunks.where('byteEnd', '<=', byte).orderBy('byteEnd', 'desc').limit(1).executeTakeFirst();
  return { before: before?.endMs, after: next?.startMs };
}
