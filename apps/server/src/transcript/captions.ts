import { createHash } from 'node:crypto';
import { limits, type Caption, type CaptionPost, type Segment } from '@hansard/protocol';
import { sql } from 'kysely';
import { uuidv7 } from 'uuidv7';
import { segmentRowid, type DatabaseTransaction, type SegmentRow } from '../adapters/database/index.ts';
import { AppError } from '../errors.ts';
import { addPeople, cleanText, takeRevisions } from './revisions.ts';
import { readSpeakerNames } from './speaker-names.ts';
import { toSegment } from './to-wire.ts';

export interface CaptionsWritten {
  /** What changed, in order of `seq`. */
  segments: Segment[];
  /** Lines that stand as the source has them now; the others were corrected or deleted by a person. */
  accepted: number;
  /** A new track or new people. */
  isMeetingChanged: boolean;
}

type Line = Pick<SegmentRow, 'speaker' | 'startMs' | 'endMs' | 'text' | 'final'>;

/**
 * Takes lines of a source that has text already. A line with an `externalId` that is known replaces what it said before:
 * unless a person corrected or deleted it, or the older is final and the newer is not (it came late). What is the same
 * as before takes no revision.
 */
export async function writeCaptions(
  trx: DatabaseTransaction,
  meetingId: string,
  { source, segments: captions }: CaptionPost,
  { now, admit }: { now: number; admit: (meetingId: string) => void },
): Promise<CaptionsWritten> {
  const trackId = captionTrackId(meetingId, source);
  const isNewTrack = await ensureTrack(trx, { meetingId, trackId, now, admit });
  const shownAs = await readSpeakerNames(trx, meetingId);
  const lines = new Map<string, Line>();
  for (const caption of captions) {
    const line = toLine(caption, shownAs);
    if (!isLate(lines.get(caption.externalId), line)) lines.set(caption.externalId, line);
  }
  const known = await readKnown(trx, trackId, [...lines.keys()]);

  const changed: [string, Line][] = [];
  let kept = 0;
  for (const [externalId, line] of lines) {
    const before = known.get(externalId);
    if (before && (before.edited === 1 || before.deleted === 1 || isLate(before, line))) kept += 1;
    else if (!before || !isSame(before, line)) changed.push([externalId, line]);
  }
  const accepted = captions.length - kept;
  if (changed.length === 0) return { segments: [], accepted, isMeetingChanged: isNewTrack };

  const untilMs = Math.max(...changed.map(([, { endMs }]) => endMs));
  const { firstSeq, ordinal, people } = await takeRevisions(trx, meetingId, { count: changed.length, untilMs });
  const written: SegmentRow[] = [];
  const added: (SegmentRow & { rowid: number })[] = [];
  for (const [index, [externalId, line]] of changed.entries()) {
    const seq = firstSeq + index;
    const before = known.get(externalId);
    if (before) {
      await trx
        .updateTable('segments')
        .set({ ...line, seq })
        .where('rowid', '=', before.rowid)
        .execute();
      written.push({ ...before, ...line, seq });
    } else {
      const made = { id: uuidv7(), meetingId, trackId, chunkId: null, externalId, edited: 0, deleted: 0 };
      const row = { ...made, ...line, seq, rowid: segmentRowid(ordinal, seq) };
      added.push(row);
      written.push(row);
    }
  }
  if (added.length > 0) await trx.insertInto('segments').values(added).execute();
  const speakers = changed.map(([, { speaker }]) => speaker);
  const hasNewPeople = await addPeople(trx, meetingId, people, speakers);
  await lengthenTrack(trx, trackId, untilMs);
  return { segments: written.map(toSegment), accepted, isMeetingChanged: isNewTrack || hasNewPeople };
}

/** The same source of a meeting always makes up the same track. */
function captionTrackId(meetingId: string, source: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([meetingId, source]))
    .digest('base64url');
  return `captions-${hash.slice(0, 32)}`;
}

function toLine(caption: Caption, shownAs: (speaker: string | null) => string | null): Line {
  const { speaker, startMs, endMs, text, final } = caption;
  return { speaker: shownAs(speaker), startMs, endMs, text: cleanText(text), final: final ? 1 : 0 };
}

/** A partial line that comes after its final one. */
function isLate(before: Line | undefined, line: Line): boolean {
  return before !== undefined && before.final > line.final;
}

function isSame(before: Line, line: Line): boolean {
  return (['speaker', 'startMs', 'endMs', 'text', 'final'] as const).every((key) => before[key] === line[key]);
}

async function readKnown(trx: DatabaseTransaction, trackId: string, externalIds: string[]) {
  const rows = await trx
    .selectFrom('segments')
    .selectAll()
    .where('trackId', '=', trackId)
    .where('externalId', 'in', externalIds)
    .execute();
  return new Map(rows.map((row) => [row.externalId, row]));
}

interface EnsureTrack {
  meetingId: string;
  trackId: string;
  now: number;
  admit: (meetingId: string) => void;
}

/** Says whether the track was made now. Throws where the meeting has to wait for a place. */
async function ensureTrack(
  trx: DatabaseTransaction,
  { meetingId, trackId, now, admit }: EnsureTrack,
): Promise<boolean> {
  const known = await trx.selectFrom('tracks').select('id').where('id', '=', trackId).executeTakeFirst();
  if (known) return false;
  const { count } = await trx
    .selectFrom('tracks')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('meetingId', '=', meetingId)
    .executeTakeFirstOrThrow();
  if (count >= limits.maxTracksPerMeeting) throw new AppError('TOO_MANY', 'The meeting has too many tracks.');
  if (count === 0) admit(meetingId);
  await trx
    .insertInto('tracks')
    .values({
      id: trackId,
      meetingId,
      kind: 'captions',
      mimeType: 'text/plain',
      participant: null,
      offsetMs: 0,
      continues: null,
      state: 'open',
      length: null,
      capturedMs: 0,
      durableMs: 0,
      storedBytes: 0,
      cutterState: null,
      openedAt: now,
    })
    .execute();
  return true;
}

async function lengthenTrack(trx: DatabaseTransaction, trackId: string, untilMs: number): Promise<void> {
  const longer = (column: 'capturedMs' | 'durableMs') => sql<number>`max(${sql.ref(column)}, ${untilMs})`;
  await trx
    .updateTable('tracks')
    .set({ capturedMs: longer('capturedMs'), durableMs: longer('durableMs') })
    .where('id', '=', trackId)
    .execute();
}
